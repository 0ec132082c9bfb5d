package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.engine.wire.MemberReport;
import io.raftify.storage.memory.InMemoryMemberStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests for votes by a member that hears a leader. */
class OutgoingVotesTest {

    private final Granting peer = new Granting();
    private final LeaderPromise promise = new LeaderPromise(Duration.ofMinutes(1), () -> 5, () -> false);
    private final MemberRpcClient client = new MemberRpcClient();

    @BeforeEach
    void introduce() {
        Participation participation = new Participation();
        participation.begin();
        Introductions introductions = new Introductions(
                "n1", Set.of("n1", "n2"), InMemoryMemberStore.create().incarnations(), Runnable::run, () -> 0, () -> 0);
        introductions.answered("n2", MemberReport.getDefaultInstance());
        LeaderLease lease = new LeaderLease(Set.of("n2"), Duration.ofMinutes(1), () -> 5);
        NodeOptions options = new NodeOptions();
        options.setServiceFactory(new MemberServices(null, null, peer, participation, introductions, lease, promise));
        client.init(options);
    }

    @Test
    void a_member_whose_leader_is_heard_again_begins_no_election_with_answers_from_before() throws Exception {
        assertThat(ask(6, true).getGranted()).isTrue();
        peer.beforeAnswering = () -> promise.heard(5);
        assertThat(ask(6, true).getGranted()).isFalse();
    }

    @Test
    void votes_are_asked_for_while_a_leader_is_heard_only_if_that_one_wants_it() throws Exception {
        assertThat(ask(6, false).getGranted()).isTrue();
        promise.heard(5);
        assertThatThrownBy(() -> ask(6, false))
                .isInstanceOf(RemotingException.class)
                .hasMessageContaining("a leader was heard");
        promise.handedOver(5);
        assertThat(ask(6, false).getGranted()).isTrue();
        assertThat(peer.kinds).containsExactly(MessageKind.VOTE.number(), MessageKind.VOTE_AFTER_HAND_OVER.number());
    }

    private RequestVoteResponse ask(long term, boolean preVote) throws Exception {
        RequestVoteRequest vote = RequestVoteRequest.newBuilder()
                .setGroupId("group")
                .setServerId("n1:1")
                .setPeerId("n2:1")
                .setTerm(term)
                .setLastLogTerm(1)
                .setLastLogIndex(1)
                .setPreVote(preVote)
                .build();
        CompletableFuture<Object> answered = new CompletableFuture<>();
        client.invokeAsync(
                new Endpoint("n2", 1),
                vote,
                null,
                new InvokeCallback() {
                    @Override
                    public void complete(Object result, Throwable failure) {
                        if (failure != null) {
                            answered.completeExceptionally(failure);
                        } else {
                            answered.complete(result);
                        }
                    }

                    @Override
                    public Executor executor() {
                        return Runnable::run;
                    }
                },
                1_000);
        return (RequestVoteResponse) answered.get(10, TimeUnit.SECONDS);
    }

    /** Gives its vote to everybody. */
    private static final class Granting extends ConnectedTransport {

        private final List<Integer> kinds = new ArrayList<>();
        private Runnable beforeAnswering = () -> {};

        @Override
        public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
            kinds.add(kind);
            beforeAnswering.run();
            ByteString granted = RequestVoteResponse.newBuilder()
                    .setTerm(5)
                    .setGranted(true)
                    .build()
                    .toByteString();
            callback.complete(
                    EngineAnswer.newBuilder().setMessage(granted).build().toByteString(), null);
        }

        @Override
        public PeerConnection connection(String peer) {
            throw new UnsupportedOperationException("nobody asks");
        }
    }
}
