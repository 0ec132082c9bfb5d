package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.engine.wire.MemberReport;
import io.raftify.storage.memory.InMemoryMemberStore;
import io.raftify.transport.CallFailure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How answers of peers are given to the engine. */
@Timeout(30)
class EngineAnswersTest {

    private final Waiting peers = new Waiting();
    private final MemberRpcClient client = new MemberRpcClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void introduce() {
        Participation participation = new Participation();
        participation.begin();
        Set<String> all = Set.of("n1", "n2", "n3");
        Introductions introductions = new Introductions(
                "n1", all, InMemoryMemberStore.create().incarnations(), Runnable::run, () -> 0, () -> 0);
        introductions.answered("n2", MemberReport.getDefaultInstance());
        introductions.answered("n3", MemberReport.getDefaultInstance());
        NodeOptions options = new NodeOptions();
        options.setServiceFactory(new MemberServices(
                null,
                null,
                peers,
                participation,
                introductions,
                new LeaderLease(Set.of("n2", "n3"), Duration.ofMinutes(1), () -> 5),
                new LeaderPromise(Duration.ofMinutes(1), () -> 5, () -> false)));
        client.init(options);
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void of_heartbeats_one_at_a_time_since_the_engine_puts_all_into_one_closure() throws Exception {
        assertThat(overlap(false)).isFalse();
    }

    @Test
    void of_appends_side_by_side() throws Exception {
        assertThat(overlap(true)).isTrue();
    }

    /** Whether an answer of one peer is given to the engine while one of another is. */
    private boolean overlap(boolean withData) throws Exception {
        CountDownLatch secondCame = new CountDownLatch(1);
        CompletableFuture<Boolean> beside = new CompletableFuture<>();
        ask("n2", withData, (result, failure) -> beside.complete(awaited(secondCame)));
        ask("n3", withData, (result, failure) -> secondCame.countDown());
        threads.execute(peers::answerNext);
        threads.execute(peers::answerNext);
        return beside.get(10, TimeUnit.SECONDS) && secondCame.await(10, TimeUnit.SECONDS);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(300, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The engine makes a status of it by {@code String.format}. */
    @Test
    void a_percent_sign_in_what_went_wrong_is_none_for_the_engine() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        ask("n2", true, (result, failure) -> failed.complete(failure));
        peers.calls.remove().complete(null, new CallFailure(CallFailure.Kind.REFUSED, "it is 100% broken"));

        String message = failed.get(10, TimeUnit.SECONDS).getMessage();

        assertThat(new Status(RaftError.EINTERNAL, "RPC exception:" + message).getErrorMsg())
                .contains("it is 100")
                .contains("broken");
    }

    private interface Answered {
        void answered(Object result, Throwable failure);
    }

    private void ask(String peer, boolean withData, Answered answered) throws Exception {
        AppendEntriesRequest.Builder append = AppendEntriesRequest.newBuilder()
                .setGroupId("group")
                .setServerId("n1:1")
                .setPeerId(peer + ":1")
                .setTerm(5)
                .setPrevLogTerm(1)
                .setPrevLogIndex(1)
                .setCommittedIndex(1);
        if (withData) {
            append.setData(ByteString.EMPTY);
        }
        client.invokeAsync(
                new Endpoint(peer, 1),
                append.build(),
                null,
                new InvokeCallback() {
                    @Override
                    public void complete(Object result, Throwable failure) {
                        answered.answered(result, failure);
                    }
                },
                1_000);
    }

    /** Answers when it is told to. */
    private static final class Waiting extends ConnectedTransport {

        private final ConcurrentLinkedQueue<Callback> calls = new ConcurrentLinkedQueue<>();

        private void answerNext() {
            ByteString yes = AppendEntriesResponse.newBuilder()
                    .setTerm(5)
                    .setSuccess(true)
                    .setLastLogIndex(1)
                    .build()
                    .toByteString();
            calls.remove()
                    .complete(EngineAnswer.newBuilder().setMessage(yes).build().toByteString(), null);
        }

        @Override
        public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
            calls.add(callback);
        }

        @Override
        public PeerConnection connection(String peer) {
            throw new UnsupportedOperationException("nobody asks");
        }
    }
}
