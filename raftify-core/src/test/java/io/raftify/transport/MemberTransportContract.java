package io.raftify.transport;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure.Kind;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.TestMembers.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every transport must do, whatever carries the calls. */
abstract class MemberTransportContract {

    static final int LARGEST = 3 << 20;

    final Map<String, PeerAddress> peers = TestMembers.addresses("n1", "n2", "n3");
    private final List<MemberTransport> members = new ArrayList<>();

    abstract MemberTransport transport(RaftNodeSettings settings);

    @AfterEach
    void closeMembers() {
        members.forEach(MemberTransport::close);
    }

    MemberTransport member(String nodeId, InboundHandler handler) {
        MemberTransport member =
                transport(settings(nodeId, peers).maxFrameSize(LARGEST).build());
        members.add(member);
        member.start(handler);
        return member;
    }

    @Test
    void callsAreAnsweredBothWays() throws Exception {
        MemberTransport n1 = member(
                "n1",
                (peer, kind, payload, responder) ->
                        responder.answer(ByteString.copyFromUtf8("n1 got " + kind + " from " + peer)));
        MemberTransport n2 = member("n2", ECHO);
        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");

        assertThat(ended(call(n1, "n2", "hello")).text()).isEqualTo("hello");
        assertThat(ended(call(n2, "n1", "hello")).text()).isEqualTo("n1 got 7 from n2");
    }

    @Test
    void aRefusedCallSaysWhy() throws Exception {
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> responder.refuse("not today"));
        awaitConnected(n1, "n2");

        Outcome outcome = ended(call(n1, "n2", "hello"));

        assertThat(outcome.kind()).isEqualTo(Kind.REFUSED);
        assertThat(outcome.why()).contains("n2").contains("not today");
    }

    @Test
    void aHandlerThatThrowsRefusesTheCallAndServesTheNext() throws Exception {
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> {
            if (payload.toStringUtf8().equals("poison")) {
                throw new UnsupportedOperationException("planted");
            }
            responder.answer(payload);
        });
        awaitConnected(n1, "n2");

        Outcome poison = ended(call(n1, "n2", "poison"));

        assertThat(poison.kind()).isEqualTo(Kind.REFUSED);
        assertThat(poison.why()).contains("UnsupportedOperationException");
        assertThat(ended(call(n1, "n2", "bread")).text()).isEqualTo("bread");
    }

    @Test
    void tenThousandCallsMadeAtOnceArriveInOrder() throws Exception {
        List<Integer> arrived = new ArrayList<>(); // the handler is called by one thread at a time
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> {
            arrived.add(kind);
            responder.answer(payload);
        });
        awaitConnected(n1, "n2");

        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            calls.add(call(n1, "n2", i, ByteString.copyFromUtf8(Integer.toString(i)), Duration.ofSeconds(30)));
        }

        for (int i = 0; i < calls.size(); i++) {
            assertThat(ended(calls.get(i)).text()).isEqualTo(Integer.toString(i));
        }
        assertThat(arrived).hasSize(10_000).isSorted();
    }

    @Test
    void answersInAnyOrderAndFromAnyThreadReachTheirCalls() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Runnable> answers = new CopyOnWriteArrayList<>();
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> answers.add(() -> responder.answer(payload)));
        awaitConnected(n1, "n2");
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            calls.add(call(n1, "n2", "call " + i));
        }
        await().atMost(SOON).until(() -> answers.size() == 500);

        List<Runnable> shuffled = new ArrayList<>(answers);
        Collections.shuffle(shuffled, random);
        shuffled.parallelStream().forEach(Runnable::run);

        for (int i = 0; i < calls.size(); i++) {
            assertThat(ended(calls.get(i)).text()).isEqualTo("call " + i);
        }
    }

    @Test
    void aCallWithoutAnAnswerEndsByItsTimeoutAndALateAnswerChangesNothing() throws Exception {
        List<MemberTransport.Responder> responders = new CopyOnWriteArrayList<>();
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> {
            if (payload.toStringUtf8().equals("slow")) {
                responders.add(responder);
            } else {
                responder.answer(payload);
            }
        });
        awaitConnected(n1, "n2");

        CompletableFuture<Outcome> slow = call(n1, "n2", ByteString.copyFromUtf8("slow"), Duration.ofSeconds(2));

        assertThat(ended(slow).kind()).isEqualTo(Kind.TIMED_OUT);
        await().atMost(SOON).untilAsserted(() -> assertThat(responders).hasSize(1));
        responders.get(0).answer(ByteString.copyFromUtf8("late"));
        assertThat(ended(call(n1, "n2", "next")).text()).isEqualTo("next");
        assertThat(ended(slow).kind()).isEqualTo(Kind.TIMED_OUT);
    }

    @Test
    void payloadsUpToTheLimitPassBothWays() throws Exception {
        MemberTransport n1 = member("n1", ECHO);
        member("n2", ECHO);
        awaitConnected(n1, "n2");
        byte[] bytes = new byte[LARGEST];
        new Random(1).nextBytes(bytes);
        ByteString largest = ByteString.copyFrom(bytes);

        assertThat(ended(call(n1, "n2", largest, Duration.ofSeconds(20))).answer())
                .isEqualTo(largest);
        assertThat(ended(call(n1, "n2", ByteString.EMPTY, Duration.ofSeconds(20)))
                        .answer())
                .isEqualTo(ByteString.EMPTY);
    }

    @Test
    void payloadsAboveTheLimitAreNotSentAndNotAnswered() throws Exception {
        ByteString tooLarge = ByteString.copyFrom(new byte[LARGEST + 1]);
        AtomicInteger received = new AtomicInteger();
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> {
            received.incrementAndGet();
            responder.answer(tooLarge);
        });
        awaitConnected(n1, "n2");

        Outcome outgoing = ended(call(n1, "n2", tooLarge, Duration.ofSeconds(20)));
        assertThat(outgoing.kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(outgoing.why()).contains("max-frame-size").contains(Integer.toString(LARGEST));
        assertThat(received).hasValue(0);

        Outcome answered = ended(call(n1, "n2", "small"));
        assertThat(answered.kind()).isEqualTo(Kind.REFUSED);
        assertThat(answered.why()).contains("max-frame-size").contains(Integer.toString(LARGEST));
    }

    @Test
    void aCallToAPeerThatIsNotThereIsNotSentAndEndsOnAnotherThread() throws Exception {
        MemberTransport n1 = member("n1", ECHO);

        Outcome outcome = ended(call(n1, "n2", "hello"));

        assertThat(outcome.kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(outcome.why()).contains("n2");
        assertThat(outcome.thread()).isNotSameAs(Thread.currentThread());
        assertThat(n1.connected("n2")).isFalse();
        assertThat(n1.connection("n2").address()).isEqualTo(peers.get("n2").toString());
    }

    @Test
    void aCallToNobodyAndACallToItselfAreNotSent() throws Exception {
        MemberTransport n1 = member("n1", ECHO);

        assertThat(ended(call(n1, "n9", "hello")).kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(ended(call(n1, "n1", "hello")).kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(n1.connected("n9")).isFalse();
    }

    @Test
    void aMemberOfAnotherClusterIsNotUsedAndItIsSaidWhy() throws Exception {
        AtomicInteger received = new AtomicInteger();
        MemberTransport n1 = member("n1", ECHO);
        MemberTransport stranger = transport(
                settings("n2", peers).clusterName("other").maxFrameSize(LARGEST).build());
        members.add(stranger);
        stranger.start((peer, kind, payload, responder) -> received.incrementAndGet());

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(n1.connection("n2").lastError())
                        .contains("'test'")
                        .contains("'other'"));

        assertThat(ended(call(n1, "n2", "hello")).kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(n1.connected("n2")).isFalse();
        assertThat(received).hasValue(0);
    }

    @Test
    void anAddressThatLeadsToAnotherMemberIsNotUsedAndItIsSaidWhy() throws Exception {
        Map<String, PeerAddress> mistaken = new LinkedHashMap<>(peers);
        mistaken.put("n2", peers.get("n3"));
        member("n3", ECHO);
        MemberTransport n1 =
                transport(settings("n1", mistaken).maxFrameSize(LARGEST).build());
        members.add(n1);
        n1.start(ECHO);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(n1.connection("n2").lastError())
                        .contains("n3")
                        .contains("not n2"));

        assertThat(ended(call(n1, "n2", "hello")).kind()).isEqualTo(Kind.NOT_SENT);
        awaitConnected(n1, "n3");
        assertThat(ended(call(n1, "n3", "hello")).text()).isEqualTo("hello");
    }

    @Test
    void aCallNeedsATimeout() {
        MemberTransport n1 = member("n1", ECHO);

        assertThatThrownBy(() -> n1.call("n2", 1, ByteString.EMPTY, Duration.ZERO, (answer, failure) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRestartedPeerIsReachedAgainAndListenersAreTold() throws Exception {
        List<String> connected = new CopyOnWriteArrayList<>();
        MemberTransport n1 = member("n1", ECHO);
        n1.onConnected(connected::add);
        MemberTransport n2 = member("n2", ECHO);
        awaitConnected(n1, "n2");

        n2.close();
        await().atMost(SOON).until(() -> !n1.connected("n2"));
        assertThat(n1.connection("n2").lastError()).isNotBlank();
        assertThat(ended(call(n1, "n2", "anybody there?")).kind()).isEqualTo(Kind.NOT_SENT);
        member("n2", ECHO);

        awaitConnected(n1, "n2");
        assertThat(ended(call(n1, "n2", "again")).text()).isEqualTo("again");
        await().atMost(SOON).untilAsserted(() -> assertThat(connected).contains("n2"));
    }

    @Test
    void aCallInFlightWhenThePeerGoesEndsAsUnknown() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        MemberTransport n1 = member("n1", ECHO);
        MemberTransport n2 = member("n2", (peer, kind, payload, responder) -> received.add(peer));
        awaitConnected(n1, "n2");
        CompletableFuture<Outcome> call = call(n1, "n2", "hello");
        await().atMost(SOON).until(() -> !received.isEmpty());

        n2.close();

        assertThat(ended(call).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(ended(call).why()).contains("n2");
    }

    @Test
    void closingEndsEveryCallOnceAndFreesThePort() throws Exception {
        MemberTransport n1 = member("n1", ECHO);
        member("n2", (peer, kind, payload, responder) -> {});
        awaitConnected(n1, "n2");
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(call(n1, "n2", "hello"));
        }

        n1.close();
        n1.close();

        for (CompletableFuture<Outcome> call : calls) {
            assertThat(ended(call).kind()).isIn(Kind.UNKNOWN, Kind.NOT_SENT);
        }
        assertThat(ended(call(n1, "n2", "too late")).kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(n1.connected("n2")).isFalse();
        member("n1", ECHO); // on the same port
    }
}
