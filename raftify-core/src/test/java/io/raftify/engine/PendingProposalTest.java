package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftify.node.NoLeaderException;
import io.raftify.node.OutcomeUnknownException;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The deadline of a proposal beside its first attempt. */
@Timeout(60)
class PendingProposalTest {

    private static final int ROUNDS = 100_000;

    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private final Deadlines clock = new Deadlines();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
        clock.shutdownNow();
    }

    @Test
    void what_is_surely_not_applied_is_handed_to_nobody_though_its_deadline_comes_beside_the_first_attempt()
            throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        int handed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            PendingProposal proposal = proposal();
            Runnable deadline = clock.deadline;
            Future<?> expiring = threads.submit(() -> {
                both.await();
                deadline.run();
                return null;
            });
            both.await();
            boolean wasHanded = attempt(proposal);
            expiring.get();
            Throwable end =
                    proposal.future().handle((result, failure) -> failure).get();
            assertThat(end)
                    .as("round %d, handed over: %s", i, wasHanded)
                    .isInstanceOf(wasHanded ? OutcomeUnknownException.class : NoLeaderException.class);
            handed += wasHanded ? 1 : 0;
        }
        assertThat(handed).as("rounds in which the attempt came first").isBetween(1, ROUNDS - 1);
    }

    @Test
    void without_a_race_the_first_attempt_is_handed_over_before_the_deadline_and_none_after_it() {
        assertThat(attempt(proposal())).isTrue();
        PendingProposal late = proposal();
        clock.deadline.run();
        assertThat(attempt(late)).isFalse();
        assertThatThrownBy(late.future()::get).hasCauseInstanceOf(NoLeaderException.class);
    }

    private PendingProposal proposal() {
        return new PendingProposal(null, new byte[1], Duration.ofHours(1), clock);
    }

    /** There is nobody to hand it to, which shows that it would have been. */
    private static boolean attempt(PendingProposal proposal) {
        try {
            proposal.attempt();
            return false;
        } catch (NullPointerException handedOver) {
            return true;
        }
    }

    /** Keeps the deadline's task, for the test to run. */
    private static final class Deadlines extends ScheduledThreadPoolExecutor {

        private final ScheduledFuture<?> never = super.schedule(() -> {}, 1, TimeUnit.DAYS);
        private volatile Runnable deadline = () -> {};

        Deadlines() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            deadline = task;
            return never;
        }
    }
}
