package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.ProposalAnswer;
import io.raftify.engine.wire.Rejection;
import io.raftify.node.NoLeaderException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.OverloadedException;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a command's caller learns from each way in which the call to the leader may end. */
@Timeout(30)
class ForwardedProposalTest {

    private final ScheduledThreadPoolExecutor clock = MemberThreads.clock("test");
    private final Deque<Consumer<MemberTransport.Callback>> endings = new ArrayDeque<>();
    private final RaftNodeSettings settings = RaftNodeSettings.builder()
            .nodeId("n1")
            .storageType(StorageType.MEMORY)
            .peer("n1", new PeerAddress("localhost", 1))
            .peer("n2", new PeerAddress("localhost", 2))
            .build();
    private volatile @Nullable String leader = "n2";
    private int calls;

    @AfterEach
    void stopTheClock() {
        clock.shutdownNow();
    }

    private CompletableFuture<byte[]> propose(Duration timeout) {
        return proposals().propose(new byte[] {1}, timeout);
    }

    private Proposals proposals() {
        Participation participation = new Participation();
        participation.begin();
        NodeImpl node = new NodeImpl("group", new PeerId("n1", 1));
        return new Proposals(
                settings,
                node,
                () -> leader,
                new DiskRoom(settings, List::of),
                new ScriptedTransport(),
                participation,
                clock);
    }

    private void endsWith(CallFailure.Kind kind) {
        endings.add(callback -> callback.complete(null, new CallFailure(kind, "scripted")));
    }

    private void endsWith(ProposalAnswer.Builder answer) {
        ByteString bytes = answer.build().toByteString();
        endings.add(callback -> callback.complete(bytes, null));
    }

    private static ProposalAnswer.Builder rejection(Rejection.Reason reason) {
        return ProposalAnswer.newBuilder()
                .setRejection(Rejection.newBuilder().setReason(reason).setText("scripted"));
    }

    private static ProposalAnswer.Builder result() {
        return ProposalAnswer.newBuilder().setResult(ByteString.copyFromUtf8("done"));
    }

    @Test
    void the_leaders_result_comes_back() throws Exception {
        endsWith(result());
        assertThat(propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .asString()
                .isEqualTo("done");
    }

    @Test
    void what_never_left_this_member_or_was_rejected_by_the_leader_is_tried_again() throws Exception {
        endsWith(CallFailure.Kind.NOT_SENT);
        endsWith(rejection(Rejection.Reason.NOT_LEADER));
        endsWith(rejection(Rejection.Reason.STOPPED));
        endsWith(result());
        assertThat(propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .asString()
                .isEqualTo("done");
        assertThat(calls).isEqualTo(4);
    }

    @Test
    void what_may_have_reached_the_leader_is_never_tried_again() {
        for (CallFailure.Kind kind :
                new CallFailure.Kind[] {CallFailure.Kind.TIMED_OUT, CallFailure.Kind.UNKNOWN, CallFailure.Kind.REFUSED
                }) {
            calls = 0;
            endsWith(kind);
            assertThatThrownBy(() -> propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                    .as("%s", kind)
                    .cause()
                    .isInstanceOf(OutcomeUnknownException.class);
            assertThat(calls).as("%s", kind).isEqualTo(1);
        }
    }

    @Test
    void an_answer_that_is_unknown_to_the_leader_or_cannot_be_read_is_unknown_here() {
        endsWith(ProposalAnswer.newBuilder().setUnknown("the leader stepped down"));
        assertThatThrownBy(() -> propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("the leader stepped down");
        endings.add(callback -> callback.complete(ByteString.copyFromUtf8("no protobuf"), null));
        assertThatThrownBy(() -> propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void an_overloaded_leader_is_not_asked_again_at_once() {
        endsWith(rejection(Rejection.Reason.OVERLOADED));
        assertThatThrownBy(() -> propose(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OverloadedException.class);
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void when_no_leader_takes_it_before_the_deadline_it_is_surely_not_applied() {
        for (int i = 0; i < 1_000; i++) {
            endsWith(CallFailure.Kind.NOT_SENT);
        }
        assertThatThrownBy(() -> propose(Duration.ofSeconds(1)).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(NoLeaderException.class)
                .hasMessageContaining("scripted");
    }

    @Test
    void a_leader_that_never_answers_leaves_it_unknown_at_the_deadline() {
        endings.add(callback -> {});
        assertThatThrownBy(() -> propose(Duration.ofMillis(300)).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("deadline");
    }

    @Test
    void what_waits_for_a_leader_goes_to_it_as_soon_as_there_is_one_and_is_not_tried_before() throws Exception {
        leader = null;
        endsWith(result());
        Proposals proposals = proposals();
        CompletableFuture<byte[]> answer = proposals.propose(new byte[] {1}, Duration.ofSeconds(30));
        assertThat(clock.getQueue()).as("its deadline alone").hasSize(1);
        assertThat(calls).isZero();

        leader = "n2";
        proposals.leaderChanged("n2");
        assertThat(answer.get(10, TimeUnit.SECONDS)).asString().isEqualTo("done");
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void a_former_leader_that_does_not_answer_is_not_waited_for_until_the_deadline() {
        endings.add(callback -> {});
        Proposals proposals = proposals();
        CompletableFuture<byte[]> answer = proposals.propose(new byte[] {1}, Duration.ofMinutes(1));
        proposals.leaderChanged("n1");
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("leader n2, which it was passed on to, does not lead any more");
    }

    @Test
    void a_former_leader_that_answers_soon_is_still_believed() throws Exception {
        Deque<MemberTransport.Callback> waiting = new ArrayDeque<>();
        endings.add(waiting::add);
        Proposals proposals = proposals();
        CompletableFuture<byte[]> answer = proposals.propose(new byte[] {1}, Duration.ofMinutes(1));
        proposals.leaderChanged("n1");
        waiting.remove().complete(result().build().toByteString(), null);
        assertThat(answer.get(10, TimeUnit.SECONDS)).asString().isEqualTo("done");
    }

    @Test
    void a_leader_that_leads_again_is_waited_for() {
        endings.add(callback -> {});
        Proposals proposals = proposals();
        CompletableFuture<byte[]> answer = proposals.propose(new byte[] {1}, Duration.ofSeconds(1));
        proposals.leaderChanged("n2");
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("deadline");
    }

    private final class ScriptedTransport extends ConnectedTransport {

        @Override
        public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
            assertThat(peer).isEqualTo("n2");
            assertThat(kind).isEqualTo(MessageKind.PROPOSE.number());
            calls++;
            endings.remove().accept(callback);
        }
    }
}
