package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.ProposalAnswer;
import io.raftify.engine.wire.Rejection;
import io.raftify.node.OverloadedException;
import io.raftify.node.PeerAddress;
import io.raftify.node.ProposalTooLargeException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in flight on one member is bounded by number and by bytes, on the caller's side and on the leader's. */
class ProposalLimitsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ScheduledThreadPoolExecutor clock = MemberThreads.clock("test");
    private final Deque<MemberTransport.Callback> unanswered = new ArrayDeque<>();
    private final Participation participation = new Participation();
    private final RaftNodeSettings settings = RaftNodeSettings.builder()
            .nodeId("n1")
            .storageType(StorageType.MEMORY)
            .peer("n1", new PeerAddress("localhost", 1))
            .peer("n2", new PeerAddress("localhost", 2))
            .maxPendingProposals(3)
            .maxPendingBytes(1_000)
            .maxProposalSize(900)
            .build();
    private final Proposals proposals = new Proposals(
            settings,
            new NodeImpl("group", new PeerId("n1", 1)),
            () -> "n2",
            new DiskRoom(settings, List::of),
            new SilentTransport(),
            participation,
            clock);

    @BeforeEach
    void takePart() {
        participation.begin();
    }

    @AfterEach
    void stopTheClock() {
        clock.shutdownNow();
    }

    private CompletableFuture<byte[]> propose(int size) {
        return proposals.propose(new byte[size], LONG);
    }

    private void answerOne() {
        unanswered
                .remove()
                .complete(
                        ProposalAnswer.newBuilder()
                                .setResult(ByteString.EMPTY)
                                .build()
                                .toByteString(),
                        null);
    }

    @Test
    void one_more_than_the_limit_is_refused_and_taken_once_another_has_ended() {
        propose(1);
        propose(1);
        propose(1);
        assertThatThrownBy(() -> propose(1).join())
                .cause()
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("3 of at most 3");
        assertThat(unanswered).hasSize(3);

        answerOne();

        assertThat(propose(1)).isNotDone();
        assertThat(unanswered).hasSize(3);
    }

    @Test
    void more_bytes_than_the_limit_are_refused_and_taken_once_others_have_ended() {
        propose(600);
        assertThatThrownBy(() -> propose(401).join())
                .cause()
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("600 bytes of at most 1000");
        assertThat(propose(400)).isNotDone();

        answerOne();

        assertThat(propose(401)).isNotDone();
    }

    @Test
    void a_command_that_is_too_large_is_refused_by_the_member_it_is_proposed_on() {
        assertThatThrownBy(() -> propose(901).join()).cause().isInstanceOf(ProposalTooLargeException.class);
        assertThat(unanswered).isEmpty();
        assertThat(propose(900)).isNotDone();
    }

    @Test
    void a_command_that_is_too_large_is_refused_by_the_leader_it_was_passed_on_to() throws Exception {
        Deque<ByteString> answers = new ArrayDeque<>();
        proposals.receive(ByteString.copyFrom(new byte[901]), new MemberTransport.Responder() {
            @Override
            public void answer(ByteString payload) {
                answers.add(payload);
            }

            @Override
            public void refuse(String reason) {
                throw new AssertionError("refused: " + reason);
            }
        });
        assertThat(ProposalAnswer.parseFrom(answers.remove()).getRejection().getReason())
                .isEqualTo(Rejection.Reason.TOO_LARGE);
    }

    /** Takes every call and answers none. */
    private final class SilentTransport extends ConnectedTransport {

        @Override
        public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
            unanswered.add(callback);
        }
    }
}
