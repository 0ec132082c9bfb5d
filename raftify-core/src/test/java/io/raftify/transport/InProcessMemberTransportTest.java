package io.raftify.transport;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.NodeStartException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure.Kind;
import io.raftify.transport.TestMembers.Outcome;
import io.raftify.transport.inprocess.InProcessNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A transport like any other as long as nothing is done to its network; else it does what it is told. */
class InProcessMemberTransportTest extends MemberTransportContract {

    /** For calls that get no answer. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final Duration LONG = Duration.ofSeconds(20);

    private final InProcessNetwork network = new InProcessNetwork();
    private final List<String> receivedByN2 = new CopyOnWriteArrayList<>();

    @Override
    MemberTransport transport(RaftNodeSettings settings) {
        return network.transport(settings);
    }

    private MemberTransport n1() {
        return member("n1", ECHO);
    }

    private MemberTransport n2() {
        return member("n2", (peer, kind, payload, responder) -> {
            receivedByN2.add(payload.toStringUtf8());
            responder.answer(payload);
        });
    }

    private static CompletableFuture<Outcome> callFor(MemberTransport from, String to, String text, Duration timeout) {
        return call(from, to, ByteString.copyFromUtf8(text), timeout);
    }

    @Test
    void onAWayThatIsCutCallsAreLostWithoutAWordUntilItIsHealed() throws Exception {
        MemberTransport n1 = n1();
        MemberTransport n2 = n2();
        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");

        network.cut("n1", "n2");

        assertThat(ended(callFor(n1, "n2", "lost", SHORT)).kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(n1.connected("n2")).as("nobody has told n1").isTrue();
        assertThat(network.reaches("n1", "n2")).isFalse();
        assertThat(network.reaches("n2", "n1")).isTrue();

        network.heal();

        assertThat(ended(call(n1, "n2", "found")).text()).isEqualTo("found");
        assertThat(receivedByN2).containsExactly("found");
    }

    @Test
    void aCallThatWasLostEndsAsUnknownWhenTheNetworkIsHealed() throws Exception {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        network.cut("n1", "n2");
        CompletableFuture<Outcome> lost = callFor(n1, "n2", "lost", LONG);
        assertThat(ended(callFor(n1, "n2", "lost too", SHORT)).kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(lost).isNotDone();

        network.heal();

        Outcome outcome = ended(lost);
        assertThat(outcome.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(outcome.why()).contains("the network was cut");
    }

    @Test
    void onAWayThatIsCutAnswersAreLostWhileCallsTheOtherWayArrive() throws Exception {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");

        network.cut("n2", "n1");

        assertThat(ended(callFor(n1, "n2", "heard, and not answered", SHORT)).kind())
                .isEqualTo(Kind.TIMED_OUT);
        assertThat(receivedByN2).containsExactly("heard, and not answered");
    }

    @Test
    void aMemberThatStartsCutOffIsConnectedWhenTheNetworkIsHealed() {
        network.cut("n1", "n2");
        MemberTransport n1 = n1();
        MemberTransport n2 = n2();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(n1.connection("n2").lastError()).contains("no answer"));
        assertThat(n2.connected("n1")).isFalse();

        network.heal();

        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");
    }

    @Test
    void whatIsSentToAPausedMemberArrivesInOrderWhenItIsResumedAlsoWhatNobodyWaitsForAnyMore() throws Exception {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        network.pause("n2");
        List<String> sent = new ArrayList<>();
        List<CompletableFuture<Outcome>> patient = new ArrayList<>();
        CompletableFuture<Outcome> impatient = callFor(n1, "n2", "impatient", SHORT);
        sent.add("impatient");
        for (int i = 0; i < 100; i++) {
            sent.add("call " + i);
            patient.add(callFor(n1, "n2", "call " + i, LONG));
        }
        assertThat(ended(impatient).kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(receivedByN2).isEmpty();

        network.resume("n2");

        for (int i = 0; i < patient.size(); i++) {
            assertThat(ended(patient.get(i)).text()).isEqualTo("call " + i);
        }
        assertThat(receivedByN2).containsExactlyElementsOf(sent);
    }

    @Test
    void whatAPausedMemberSendsWaitsToo() throws Exception {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        network.pause("n1");

        CompletableFuture<Outcome> call = callFor(n1, "n2", "later", LONG);

        assertThat(ended(callFor(n1, "n2", "impatient", SHORT)).kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(receivedByN2).isEmpty();
        network.resume("n1");
        assertThat(ended(call).text()).isEqualTo("later");
    }

    @Test
    void whatWaitsForAMemberIsBounded() throws Exception {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        network.pause("n2");
        ByteString large = ByteString.copyFrom(new byte[LARGEST]);
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            calls.add(call(n1, "n2", large, LONG));
        }

        // Which are refused is up to how fast n1 passes them on; that not all of them are held is not.
        Outcome refused = firstToEnd(calls);

        assertThat(refused.kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(refused.why()).contains("too much is");
        network.resume("n2");
        assertThat(ended(calls.get(0)).answer()).isEqualTo(large);
        assertThat(ended(call(n1, "n2", "and there is room again")).text()).contains("room again");
    }

    @Test
    void twoMembersCannotHaveOneAddress() {
        n1();
        MemberTransport second = transport(TestMembers.settings("n1", peers).build());

        assertThatExceptionOfType(NodeStartException.class)
                .isThrownBy(() -> second.start(ECHO))
                .withMessageContaining(peers.get("n1").toString())
                .satisfies(
                        thrown -> assertThat(thrown.reason()).isEqualTo(NodeStartException.Reason.ADDRESS_UNAVAILABLE));
    }

    @Test
    void noThreadIsLeftWhenAMemberHasClosed() {
        MemberTransport n1 = n1();
        n2();
        awaitConnected(n1, "n2");
        assertThat(threads()).contains("raftify-n1-network", "raftify-n2-network");

        n1.close();

        assertThat(threads()).doesNotContain("raftify-n1-network").contains("raftify-n2-network");
    }

    private static Outcome firstToEnd(List<CompletableFuture<Outcome>> calls) throws Exception {
        return (Outcome) CompletableFuture.anyOf(calls.toArray(CompletableFuture[]::new))
                .get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
