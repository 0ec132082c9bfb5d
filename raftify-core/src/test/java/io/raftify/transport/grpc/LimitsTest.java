package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.transport.CallFailure.Kind;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.MemberTransport.Responder;
import io.raftify.transport.TestMembers.Outcome;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LimitsTest extends MembersTest {

    private static final int LARGEST = 2 << 20;
    private static final int MEGABYTE = 1 << 20;

    private final Queue<Responder> unanswered = new ConcurrentLinkedQueue<>();
    private final AtomicInteger received = new AtomicInteger();

    @Test
    void whatWaitsForAPeerThatDoesNotReadIsBoundedAndFlowsOnWhenItDoes() throws Exception {
        TransportLimits limits = TransportLimits.forFramesOf(LARGEST);
        GrpcMemberTransport n1 = member(settings("n1", peers).maxFrameSize(LARGEST), ECHO);
        member(settings("n2", peers).maxFrameSize(LARGEST), (peer, kind, payload, responder) -> {
            received.incrementAndGet();
            unanswered.add(responder);
        });
        awaitConnected(n1, "n2");
        ByteString megabyte = ByteString.copyFrom(new byte[MEGABYTE]);

        // far more than n2 lets lie unanswered, the network holds and n1 lets wait
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(call(n1, "n2", megabyte, Duration.ofSeconds(60)));
        }

        await().atMost(SOON).until(() -> calls.stream().anyMatch(CompletableFuture::isDone));
        await().atMost(SOON)
                .during(Duration.ofMillis(500))
                .until(() -> (long) received.get() * MEGABYTE <= limits.maxOpenBytes() + MEGABYTE);
        assertThat(received.get()).isPositive();

        Thread answering = answerEverything();
        try {
            List<Outcome> refused = new ArrayList<>();
            for (CompletableFuture<Outcome> call : calls) {
                Outcome outcome = ended(call);
                if (outcome.answer() == null) {
                    refused.add(outcome);
                }
            }
            assertThat(refused).hasSizeBetween(1, 199).allSatisfy(outcome -> {
                assertThat(outcome.kind()).isEqualTo(Kind.NOT_SENT);
                assertThat(outcome.why()).contains("too much is waiting to be sent to n2");
            });
            assertThat(ended(call(n1, "n2", "and on")).text()).isEmpty();
        } finally {
            answering.interrupt();
        }
    }

    private void startWithOpenCalls(int openCalls, String nodeId, InboundHandler handler) {
        TransportLimits usual = TransportLimits.forFramesOf(LARGEST);
        TransportLimits limits = new TransportLimits(
                usual.maxPayloadBytes(),
                usual.maxWaitingBytes(),
                openCalls,
                usual.maxOpenBytes(),
                usual.connectTimeout(),
                usual.greetingTimeout(),
                usual.shortestBackoff(),
                usual.longestBackoff(),
                usual.wantedBackoff(),
                usual.keepAliveTime(),
                usual.keepAliveTimeout(),
                usual.closeTimeout());
        start(new GrpcMemberTransport(settings(nodeId, peers).build(), limits, InetAddress::getAllByName), handler);
    }

    private Thread answerEverything() {
        Thread answering = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Responder responder = unanswered.poll();
                if (responder != null) {
                    responder.answer(ByteString.EMPTY);
                } else {
                    LockSupport.parkNanos(100_000);
                }
            }
        });
        answering.setDaemon(true);
        answering.start();
        return answering;
    }

    @Test
    void callsThatAreNeverAnsweredDoNotBlockThoseBehindThemForever() throws Exception {
        GrpcMemberTransport n1 = member("n1", ECHO);
        startWithOpenCalls(16, "n2", (peer, kind, payload, responder) -> {
            received.incrementAndGet();
            if (payload.toStringUtf8().equals("answer me")) {
                responder.answer(payload);
            }
        });
        awaitConnected(n1, "n2");

        for (int i = 0; i < 20; i++) {
            call(n1, "n2", ByteString.copyFromUtf8("ignore me"), Duration.ofSeconds(6));
        }
        CompletableFuture<Outcome> blocked =
                call(n1, "n2", ByteString.copyFromUtf8("answer me"), Duration.ofSeconds(30));

        await().atMost(SOON).until(() -> received.get() >= 16);
        assertThat(received).hasValue(16);
        assertThat(ended(blocked).text()).isEqualTo("answer me");
    }

    @Test
    void aCallThatCouldNotBeWrittenInTimeWasNotSent() throws Exception {
        GrpcMemberTransport n1 = member("n1", ECHO);
        startWithOpenCalls(1, "n2", (peer, kind, payload, responder) -> unanswered.add(responder));
        awaitConnected(n1, "n2");
        // one is taken, some fill the network, the others wait
        ByteString megabyte = ByteString.copyFrom(new byte[MEGABYTE]);
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            calls.add(call(n1, "n2", megabyte, Duration.ofSeconds(30)));
        }
        await().atMost(SOON).until(() -> unanswered.size() == 1);

        CompletableFuture<Outcome> behind = call(n1, "n2", ByteString.EMPTY, Duration.ofSeconds(2));

        assertThat(ended(behind).kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(ended(behind).why()).contains("n2").contains("not sent");
        assertThat(calls).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void answersForAPeerThatDoesNotReadThemAreBounded() throws Exception {
        AtomicInteger given = new AtomicInteger();
        ByteString megabyte = ByteString.copyFrom(new byte[MEGABYTE]);
        member("n1", (peer, kind, payload, responder) -> {
            responder.answer(megabyte);
            given.incrementAndGet();
        });
        try (RawStream stream = new RawStream(peers.get("n1")).greetAs("n3", "n1")) {
            for (int i = 0; i < 1000; i++) {
                stream.call(i, 10);
            }

            await().atMost(SOON).until(() -> given.get() > 0);
            await().atMost(SOON).during(Duration.ofMillis(500)).until(() -> given.get() < 100);

            // once it reads, everything comes
            for (int i = 0; i < 1000; i++) {
                assertThat(stream.read().getAnswer().getId()).isEqualTo(i);
            }
        }
    }

    @Test
    void aMessageLargerThanThePeerTakesIsNotSentAndTheStreamHolds() throws Exception {
        GrpcMemberTransport n1 = member(settings("n1", peers).maxFrameSize(2 * LARGEST), ECHO);
        member(settings("n2", peers).maxFrameSize(LARGEST), ECHO);
        awaitConnected(n1, "n2");
        CompletableFuture<Outcome> before = call(n1, "n2", "before");

        Outcome outcome = ended(call(n1, "n2", ByteString.copyFrom(new byte[LARGEST + 1]), Duration.ofSeconds(10)));

        assertThat(outcome.kind()).isEqualTo(Kind.NOT_SENT);
        assertThat(outcome.why()).contains("larger than n2 takes").contains("raftify.transport.max-frame-size");
        assertThat(ended(before).text()).isEqualTo("before");
        assertThat(n1.connected("n2")).isTrue();
    }
}
