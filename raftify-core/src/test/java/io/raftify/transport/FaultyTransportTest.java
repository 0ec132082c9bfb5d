package io.raftify.transport;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure.Kind;
import io.raftify.transport.TestMembers.Outcome;
import io.raftify.transport.grpc.GrpcMemberTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without faults it is a transport like any other; with faults it does what it is told. */
class FaultyTransportTest extends MemberTransportContract {

    /** For calls that get no answer; longer than the machine stalls, or they might end before they were sent. */
    private static final Duration SHORT = Duration.ofMillis(1_500);

    private final long seed = System.nanoTime();

    @Override
    MemberTransport transport(RaftNodeSettings settings) {
        return new FaultyTransport(new GrpcMemberTransport(settings), seed);
    }

    @BeforeEach
    void printTheSeed() {
        System.out.println("seed " + seed);
    }

    private final List<String> receivedByN2 = new CopyOnWriteArrayList<>();

    private FaultyTransport n1() {
        return (FaultyTransport) member("n1", ECHO);
    }

    private FaultyTransport n2() {
        return (FaultyTransport) member("n2", (peer, kind, payload, responder) -> {
            receivedByN2.add(payload.toStringUtf8());
            responder.answer(payload);
        });
    }

    private static Kind kindOf(MemberTransport from, String to, String text) throws Exception {
        return ended(call(from, to, ByteString.copyFromUtf8(text), SHORT)).kind();
    }

    @Test
    void aCutPeerNeitherHearsNorIsHeardUntilItIsHealed() throws Exception {
        FaultyTransport n1 = n1();
        FaultyTransport n2 = n2();
        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");

        n1.cut("n2");

        assertThat(kindOf(n1, "n2", "lost")).isEqualTo(Kind.TIMED_OUT);
        assertThat(kindOf(n2, "n1", "lost too")).isEqualTo(Kind.TIMED_OUT);
        assertThat(receivedByN2).isEmpty();

        n1.heal("n2");

        assertThat(ended(call(n1, "n2", "found")).text()).isEqualTo("found");
        assertThat(ended(call(n2, "n1", "found")).text()).isEqualTo("found");
    }

    @Test
    void anOutgoingCutLosesCallsAndAnswersButLetsTheOthersCallsIn() throws Exception {
        FaultyTransport n1 = n1();
        FaultyTransport n2 = n2();
        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");

        n2.cutOutgoing("n1");

        assertThat(kindOf(n1, "n2", "heard, but its answer is lost")).isEqualTo(Kind.TIMED_OUT);
        await().atMost(SOON).untilAsserted(() -> assertThat(receivedByN2).hasSize(1));
        assertThat(kindOf(n2, "n1", "lost")).isEqualTo(Kind.TIMED_OUT);
    }

    @Test
    void anIncomingCutLosesTheOthersCallsAndAnswers() throws Exception {
        FaultyTransport n1 = n1();
        FaultyTransport n2 = n2();
        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");

        n1.cutIncoming("n2");

        assertThat(kindOf(n1, "n2", "heard, but its answer is lost")).isEqualTo(Kind.TIMED_OUT);
        await().atMost(SOON).untilAsserted(() -> assertThat(receivedByN2).hasSize(1));
        assertThat(kindOf(n2, "n1", "lost")).isEqualTo(Kind.TIMED_OUT);
    }

    @Test
    void delayedCallsArriveLaterAndInOrderAlsoWhenTheDelayEnds() throws Exception {
        FaultyTransport n1 = n1();
        FaultyTransport n2 = n2();
        awaitConnected(n1, "n2");
        n1.delay("n2", Duration.ofMillis(300));
        long start = System.nanoTime();

        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(call(n1, "n2", Integer.toString(i)));
        }
        n1.heal("n2");
        CompletableFuture<Outcome> last = call(n1, "n2", "last");

        assertThat(ended(last).text()).isEqualTo("last");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
        assertThat(receivedByN2.subList(0, 3)).containsExactly("0", "1", "2");
        assertThat(receivedByN2).hasSize(51).last().isEqualTo("last");
        for (CompletableFuture<Outcome> call : calls) {
            assertThat(ended(call).answer()).isNotNull();
        }
    }

    @Test
    void someCallsAreDroppedAndSomeAreNot() throws Exception {
        FaultyTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        n1.drop("n2", 0.5);

        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(call(n1, "n2", ByteString.copyFromUtf8(Integer.toString(i)), Duration.ofSeconds(4)));
        }

        int answered = 0;
        for (CompletableFuture<Outcome> call : calls) {
            answered += ended(call).answer() != null ? 1 : 0;
        }
        assertThat(answered).isBetween(50, 150);
        n1.heal("n2");
        assertThat(ended(call(n1, "n2", "kept")).text()).isEqualTo("kept");
    }

    @Test
    void aBrokenStreamEndsCallsAsUnknownAndTellsListenersOfTheNext() throws Exception {
        FaultyTransport n1 = n1();
        List<String> connected = new CopyOnWriteArrayList<>();
        n1.onConnected(connected::add);
        member("n2", (peer, kind, payload, responder) -> receivedByN2.add(payload.toStringUtf8()));
        await().atMost(SOON).untilAsserted(() -> assertThat(connected).containsExactly("n2"));
        CompletableFuture<Outcome> call = call(n1, "n2", "in flight");
        await().atMost(SOON).until(() -> !receivedByN2.isEmpty());

        n1.breakStream("n2");

        assertThat(ended(call).kind()).isEqualTo(Kind.UNKNOWN);
        await().atMost(SOON).untilAsserted(() -> assertThat(connected).containsExactly("n2", "n2"));
    }
}
