package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AppliedIndexTest {

    private final ExecutorService looking = MemberThreads.lane("test-looking");
    private final ScheduledThreadPoolExecutor clock = MemberThreads.clock("test");
    private final AtomicLong engine = new AtomicLong();
    private final AppliedIndex applied = new AppliedIndex(engine::get, looking, clock);

    @AfterEach
    void stopThreads() {
        looking.shutdownNow();
        clock.shutdownNow();
    }

    private CompletableFuture<Long> await(long index) {
        CompletableFuture<Long> reached = new CompletableFuture<>();
        applied.await(index, () -> reached.complete(applied.known()));
        return reached;
    }

    @Test
    void whoever_waits_goes_on_when_the_index_is_reached_and_not_before() {
        CompletableFuture<Long> third = await(3);
        CompletableFuture<Long> second = await(2);
        applied.reached(1);
        assertThat(second).isNotDone();
        applied.reached(2);
        assertThat(second).isCompletedWithValue(2L);
        assertThat(third).isNotDone();
        applied.reached(5);
        assertThat(third).isCompletedWithValue(5L);
        assertThat(await(4)).isCompletedWithValue(5L);
    }

    @Test
    void an_entry_that_is_no_command_is_found_out_from_the_engine() throws Exception {
        CompletableFuture<Long> waiting = await(7);
        engine.set(7);
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(applied.known()).isEqualTo(7);
        assertThat(applied.given())
                .as("no command was given to the state machine")
                .isZero();
    }

    @Test
    void whoever_has_given_up_is_forgotten() {
        CompletableFuture<Long> reached = new CompletableFuture<>();
        AppliedIndex.Wait wait = applied.await(3, () -> reached.complete(3L));
        applied.giveUp(wait);
        applied.reached(3);
        assertThat(reached).isNotDone();
    }
}
