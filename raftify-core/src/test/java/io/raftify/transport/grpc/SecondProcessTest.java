package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.addresses;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.PeerAddress;
import io.raftify.transport.MemberTransport.InboundHandler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A member that was copied, or is configured twice: two processes under one name, of which one may act. */
class SecondProcessTest extends MembersTest {

    private final List<String> heardByN1 = new CopyOnWriteArrayList<>();
    private final InboundHandler recording = (peer, kind, payload, responder) -> {
        heardByN1.add(payload.toStringUtf8());
        responder.answer(payload);
    };
    private final InboundHandler copyEcho =
            (peer, kind, payload, responder) -> responder.answer(ByteString.copyFromUtf8("the copy"));

    /** Thinks that it is n3, and listens somewhere else. */
    private GrpcMemberTransport copyOfN3() {
        Map<String, PeerAddress> moved = new LinkedHashMap<>(peers);
        moved.put("n3", addresses("n3").get("n3"));
        return member(settings("n3", moved), copyEcho);
    }

    @Test
    void aCopyOfAMemberThatRunsIsRefusedAndTheMemberGoesOn() throws Exception {
        GrpcMemberTransport n1 = member("n1", recording);
        GrpcMemberTransport n3 = member("n3", ECHO);
        awaitConnected(n1, "n3");
        awaitConnected(n3, "n1");

        GrpcMemberTransport copy = copyOfN3();

        awaitError(
                copy,
                "n1",
                "two processes act as n3",
                "one answers at " + peers.get("n3"),
                "a copy of a member's data directory must not be started beside the original");
        awaitWarning("n1 refused 127.0.0.1", "calls itself n3", "two processes act as n3");
        assertThat(ended(call(copy, "n1", "from the copy")).why()).contains("two processes act as n3");
        awaitConnected(n1, "n3");
        awaitConnected(n3, "n1");
        assertThat(ended(call(n3, "n1", "from the member")).text()).isEqualTo("from the member");
        assertThat(ended(call(n1, "n3", "to the member")).text()).isEqualTo("to the member");
        assertThat(heardByN1).containsExactly("from the member");
    }

    @Test
    void aMemberThatIsBackAtItsAddressCutsOffTheCopyThatWasTakenForIt() throws Exception {
        GrpcMemberTransport n1 = member("n1", recording);
        GrpcMemberTransport copy = copyOfN3();
        // Nobody answers at the address of n3, so it may have moved for all that n1 knows.
        awaitConnected(copy, "n1");
        assertThat(ended(call(copy, "n1", "alone")).text()).isEqualTo("alone");

        GrpcMemberTransport n3 = member("n3", ECHO);

        awaitConnected(n1, "n3");
        awaitError(copy, "n1", "two processes act as n3");
        await().atMost(SOON).until(() -> call(n3, "n1", "from the member").get().answer() != null);
        assertThat(ended(call(copy, "n1", "not alone")).why()).contains("two processes act as n3");
        assertThat(heardByN1).contains("alone", "from the member").doesNotContain("not alone");
    }

    @Test
    void aMemberThatIsRestartedIsItselfAgain() throws Exception {
        GrpcMemberTransport n1 = member("n1", recording);
        for (int start = 0; start < 3; start++) {
            GrpcMemberTransport n3 = member("n3", ECHO);
            awaitConnected(n3, "n1");
            awaitConnected(n1, "n3");
            String words = "start " + start;
            await().atMost(SOON).until(() -> call(n3, "n1", words).get().answer() != null);
            n3.close();
        }
        assertThat(heardByN1).contains("start 0", "start 1", "start 2");
        assertThat(log.warnings()).noneSatisfy(line -> assertThat(line).contains("two processes"));
    }
}
