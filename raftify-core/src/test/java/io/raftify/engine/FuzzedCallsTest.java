package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.engine.wire.EngineError;
import io.raftify.engine.wire.MemberReport;
import io.raftify.engine.wire.ProposalAnswer;
import io.raftify.engine.wire.Rejection;
import io.raftify.fuzz.Fuzz;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.PeerAddress;
import io.raftify.node.PeerStatus;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.storage.memory.InMemoryMemberStore;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What members say to each other, once it is not what they would say. */
class FuzzedCallsTest {

    /**
     * An entry's description is a message within a message, and takes two bytes at least; reading it takes several hundred, most of
     * them for a moment. It stays in proportion.
     */
    private static final int BYTES_PER_BYTE = 256;

    private final RaftNodeSettings settings = RaftNodeSettings.builder()
            .nodeId("n1")
            .storageType(StorageType.MEMORY)
            .peer("n1", new PeerAddress("localhost", 1))
            .peer("n2", new PeerAddress("localhost", 2))
            .build();
    private final Participation participation = new Participation();
    private final ScheduledThreadPoolExecutor clock = MemberThreads.clock("test");

    @BeforeEach
    void takePart() {
        participation.begin();
    }

    /** Of a member that n2 has met, so that nothing is refused for that. */
    private static Introductions introductions() {
        Introductions introductions = new Introductions(
                "n1", Set.of("n1", "n2"), InMemoryMemberStore.create().incarnations(), Runnable::run, () -> 0, () -> 0);
        introductions.answered("n2", MemberReport.getDefaultInstance());
        return introductions;
    }

    @AfterEach
    void stopTheClock() {
        clock.shutdownNow();
    }

    @Test
    void a_request_or_an_answer_of_the_engine_is_read_or_refused() {
        for (MessageKind kind : MessageKind.values()) {
            if (kind != MessageKind.PROPOSE && kind != MessageKind.REPORT && kind != MessageKind.GIVE_UP) {
                Fuzz.target("requests " + kind, EngineMessages.requests(kind))
                        .refusingBy(InvalidProtocolBufferException.class)
                        .allocating(BYTES_PER_BYTE, 256 << 10)
                        .oneOf(6)
                        .run(bytes -> kind.parseRequest(ByteString.copyFrom(bytes)));
                Fuzz.target("answers " + kind, EngineMessages.answers(kind))
                        .refusingBy(InvalidProtocolBufferException.class)
                        .allocating(BYTES_PER_BYTE, 256 << 10)
                        .oneOf(6)
                        .run(bytes -> kind.parseAnswer(ByteString.copyFrom(bytes)));
            }
        }
    }

    @Test
    void the_engine_gets_one_message_or_one_error_for_any_answer_of_a_peer() {
        Answering peer = new Answering();
        NodeOptions options = new NodeOptions();
        options.setServiceFactory(new MemberServices(
                null,
                null,
                peer,
                participation,
                introductions(),
                new LeaderLease(Set.of("n2"), Duration.ofSeconds(1), () -> 0),
                new LeaderPromise(Duration.ofSeconds(1), () -> 0, () -> false)));
        MemberRpcClient client = new MemberRpcClient();
        client.init(options);
        List<byte[]> answers = new ArrayList<>();
        for (byte[] answer : EngineMessages.answers(MessageKind.APPEND)) {
            answers.add(EngineAnswer.newBuilder()
                    .setMessage(ByteString.copyFrom(answer))
                    .build()
                    .toByteArray());
        }
        answers.add(EngineAnswer.newBuilder()
                .setError(EngineError.newBuilder().setCode(1015).setText("no"))
                .build()
                .toByteArray());

        Fuzz.target("engine answers", answers).run(bytes -> {
            AtomicInteger ends = new AtomicInteger();
            AtomicReference<Object> result = new AtomicReference<>();
            AtomicReference<Throwable> error = new AtomicReference<>();
            peer.next = ByteString.copyFrom(bytes);
            client.invokeAsync(
                    EngineNames.peerId("n2").getEndpoint(),
                    AppendEntriesRequest.getDefaultInstance(),
                    null,
                    new InvokeCallback() {
                        @Override
                        public void complete(Object answer, Throwable problem) {
                            ends.incrementAndGet();
                            result.set(answer);
                            error.set(problem);
                        }

                        @Override
                        public Executor executor() {
                            return null;
                        }
                    },
                    1_000);

            assertThat(ends).hasValue(1);
            if (error.get() == null) {
                assertThat(result.get()).isInstanceOf(Message.class);
            } else {
                assertThat(error.get()).isInstanceOf(RemotingException.class);
            }
        });
    }

    @Test
    void a_command_that_was_passed_on_ends_in_one_of_its_fates_whatever_the_leader_answers() {
        Answering leader = new Answering();
        NodeImpl node = new NodeImpl("group", new PeerId("n1", 1));
        Proposals proposals = new Proposals(
                settings, node, () -> "n2", new DiskRoom(settings, List::of), leader, participation, clock);
        ByteString unknown =
                ProposalAnswer.newBuilder().setUnknown("scripted").build().toByteString();

        Fuzz.target(
                        "proposal answers",
                        answer(ProposalAnswer.newBuilder().setResult(ByteString.copyFromUtf8("done"))),
                        answer(ProposalAnswer.newBuilder().setUnknown("the leader stepped down")),
                        answer(ProposalAnswer.newBuilder()
                                .setRejection(Rejection.newBuilder()
                                        .setReason(Rejection.Reason.OVERLOADED)
                                        .setText("full"))),
                        answer(ProposalAnswer.newBuilder()
                                .setRejection(Rejection.newBuilder()
                                        .setReason(Rejection.Reason.TOO_LARGE)
                                        .setText("large"))))
                .oneOf(4)
                .run(bytes -> {
                    leader.next = ByteString.copyFrom(bytes);
                    leader.then = unknown;
                    CompletableFuture<byte[]> ended = proposals.propose(new byte[] {1}, Duration.ofSeconds(20));
                    ended.handle((result, failure) -> {
                                if (failure != null) {
                                    assertThat(failure)
                                            .isInstanceOfAny(
                                                    OutcomeUnknownException.class, ProposalRejectedException.class);
                                }
                                return null;
                            })
                            .get(25, TimeUnit.SECONDS);
                });
    }

    private static byte[] answer(ProposalAnswer.Builder answer) {
        return answer.build().toByteArray();
    }

    @Test
    void whatever_a_peer_says_of_itself_it_can_be_shown() {
        Answering peer = new Answering();
        PeerWatch watch = new PeerWatch(settings, peer, introductions(), new Announcements(name -> {}), any -> {});
        ScheduledThreadPoolExecutor now = new ScheduledThreadPoolExecutor(0) {
            @Override
            public @Nullable ScheduledFuture<?> scheduleWithFixedDelay(
                    Runnable task, long first, long period, TimeUnit unit) {
                task.run();
                return null;
            }
        };
        byte[] report = MemberReport.newBuilder()
                .setRole(MemberReport.ReportedRole.FOLLOWER)
                .setTerm(3)
                .setLastIndex(12)
                .setCommitIndex(11)
                .setAppliedIndex(10)
                .build()
                .toByteArray();

        // What cannot be read is logged with its stack, here where everything is logged.
        Fuzz.target("reports", report).allocating(64, 2 << 20).run(bytes -> {
            peer.next = ByteString.copyFrom(bytes);
            watch.start(now);

            assertThat(watch.peers(11))
                    .singleElement()
                    .extracting(PeerStatus::lag)
                    .satisfies(lag -> {
                        if (lag != null) {
                            assertThat(lag).isNotNegative();
                        }
                    });
            boolean parked = watch.peers(11).get(0).parked() != null;
            boolean shortOfRoom = watch.shortOfRoom().contains("n2");
            assertThat(watch.successors()).isEqualTo(parked || shortOfRoom ? List.of() : List.of("n2"));
        });
        now.shutdownNow();
    }

    @Test
    void every_call_of_a_peer_gets_one_answer_or_one_refusal() {
        List<byte[]> calls = new ArrayList<>();
        for (MessageKind kind : MessageKind.values()) {
            for (byte[] request : EngineMessages.requests(kind)) {
                byte[] call = new byte[request.length + 1];
                call[0] = (byte) kind.number();
                System.arraycopy(request, 0, call, 1, request.length);
                calls.add(call);
            }
        }
        NodeImpl notStarted = new NodeImpl("group", new PeerId("n1", 1));
        try (InboundCalls inbound = new InboundCalls(
                "n1",
                notStarted,
                participation,
                introductions(),
                new LeaderPromise(Duration.ofSeconds(1), () -> 0, () -> false),
                new DiskRoom(settings, List::of),
                NodeImpl::handleAppendEntriesRequest,
                (question, answer) -> answer.run(new Status(RaftError.EPERM, "%s", "no")),
                (peer, kind, payload, responder) -> responder.answer(payload),
                () -> Long.MAX_VALUE)) {
            Fuzz.target("calls", calls).oneOf(4).run(bytes -> {
                int kind = bytes.length == 0 ? 0 : Byte.toUnsignedInt(bytes[0]);
                ByteString payload = ByteString.copyFrom(bytes).substring(Math.min(1, bytes.length));
                CompletableFuture<Boolean> end = new CompletableFuture<>();
                inbound.receive("n2", kind, payload, new MemberTransport.Responder() {
                    @Override
                    public void answer(ByteString answer) {
                        assertThat(end.complete(true)).as("the first end").isTrue();
                    }

                    @Override
                    public void refuse(String reason) {
                        assertThat(end.complete(false)).as("the first end").isTrue();
                    }
                });
                end.get(25, TimeUnit.SECONDS);
            });
        }
    }

    /** A peer whose answer is given, and after it another one for ever. */
    private static final class Answering extends ConnectedTransport {

        private @Nullable ByteString next;
        private @Nullable ByteString then;

        @Override
        public synchronized void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
            ByteString answer = next != null ? next : then;
            next = null;
            if (answer != null) {
                callback.complete(answer, null);
            } else {
                callback.complete(null, new CallFailure(CallFailure.Kind.UNKNOWN, "nothing scripted"));
            }
        }
    }
}
