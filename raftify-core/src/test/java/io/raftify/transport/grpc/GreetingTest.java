package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.addresses;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.raftify.node.PeerAddress;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Who is refused, with which words, and that nothing of theirs is delivered. */
class GreetingTest extends MembersTest {

    private final List<String> deliveredToN1 = new CopyOnWriteArrayList<>();
    private final InboundHandler recording = (peer, kind, payload, responder) -> {
        deliveredToN1.add(peer);
        responder.answer(payload);
    };

    @Test
    void aMemberOfAnotherClusterIsRefusedByBothSides() throws Exception {
        GrpcMemberTransport n1 = member("n1", recording);
        GrpcMemberTransport n2 = member(settings("n2", peers).clusterName("other"), ECHO);
        GrpcMemberTransport n3 = member("n3", ECHO);

        awaitError(n1, "n2", "cluster 'test'", "cluster 'other'", "raftify.cluster.name");
        awaitError(n2, "n1", "cluster 'test'", "cluster 'other'", "raftify.cluster.name");
        awaitWarning("n1 refused 127.0.0.1", "cluster 'other'");
        awaitWarning("n2 cannot use n1", "cluster 'other'");

        assertThat(ended(call(n2, "n1", "let me in")).why()).contains("cluster 'other'");
        awaitConnected(n3, "n1");
        assertThat(ended(call(n3, "n1", "it is me")).text()).isEqualTo("it is me");
        assertThat(deliveredToN1).containsOnly("n3");
    }

    @Test
    void aMemberThatIsNotAmongThePeersIsRefused() {
        member("n1", recording);
        PeerAddress own = addresses("n9").get("n9");
        GrpcMemberTransport n9 = member(settings("n9", Map.of("n9", own, "n1", peers.get("n1"))), ECHO);

        awaitError(n9, "n1", "n9 is not among the peers that n1 knows", "n1, n2, n3");
        awaitWarning("n1 refused 127.0.0.1", "calls itself n9", "n9 is not among the peers");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void aMemberThatIsDialledByAnotherNameSaysSo() {
        member("n1", recording);
        // n3 believes that n2 listens where n1 does
        GrpcMemberTransport n3 = member(settings("n3", Map.of("n3", peers.get("n3"), "n2", peers.get("n1"))), ECHO);

        awaitError(n3, "n2", "this is n1, not n2", "the address that n3 has for n2 is wrong");
        awaitWarning("n1 refused 127.0.0.1", "this is n1, not n2");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void aMemberThatDialsItselfSaysSo() {
        GrpcMemberTransport n1 =
                member(settings("n1", Map.of("n1", peers.get("n1"), "n2", peers.get("n1"))), recording);

        awaitError(n1, "n2", "the address of n2 leads back to n1");
        awaitWarning("n1 cannot use n2", "leads back to n1");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void anotherProtocolVersionIsRefused() throws Exception {
        member("n1", recording);
        try (RawStream stream = new RawStream(peers.get("n1"))) {
            stream.send(
                    Frame.newBuilder().setHello(hello().setProtocolVersion(2)).build());

            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(stream.ended().getDescription()).contains("protocol version 2 is not understood by n1");
        }
        awaitWarning("n1 refused 127.0.0.1", "protocol version 2");
    }

    @Test
    void aStrangersWordsReachTheLogOnOneShortLine() throws Exception {
        member("n1", recording);
        try (RawStream stream = new RawStream(peers.get("n1"))) {
            String words = "n2\n2026-01-01 ERROR all is lost " + "x".repeat(3000);
            stream.send(Frame.newBuilder().setHello(hello().setNodeId(words)).build());

            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        }
        awaitWarning("n1 refused 127.0.0.1", "n2?2026-01-01 ERROR all is lost");
        assertThat(log.warnings())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(1000).doesNotContain("\n"));
    }

    @Test
    void aSecondStreamOfAMemberReplacesTheFirst() throws Exception {
        member("n1", recording);
        try (RawStream first = new RawStream(peers.get("n1")).greetAs("n3", "n1");
                RawStream second = new RawStream(peers.get("n1")).greetAs("n3", "n1")) {
            assertThat(first.ended().getCode()).isEqualTo(Status.Code.ABORTED);
            assertThat(first.ended().getDescription()).contains("replaced by a newer stream");

            second.call(1, 10);
            assertThat(second.read().getAnswer().getId()).isEqualTo(1);
        }
        assertThat(deliveredToN1).containsExactly("n3");
    }

    private static Hello.Builder hello() {
        return Hello.newBuilder()
                .setProtocolVersion(Greeting.PROTOCOL_VERSION)
                .setClusterName("test")
                .setNodeId("n2")
                .setPeerId("n1");
    }
}
