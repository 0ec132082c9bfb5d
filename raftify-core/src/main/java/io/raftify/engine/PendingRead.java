package io.raftify.engine;

import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One read of a caller on this member, from call to end; ends by its deadline. */
abstract class PendingRead {

    private final CompletableFuture<Long> future = new CompletableFuture<>();
    private final ScheduledExecutorService clock;
    private final Duration timeout;
    private volatile String lastReason = "no answer yet";

    PendingRead(Duration timeout, ScheduledExecutorService clock) {
        this.clock = clock;
        this.timeout = timeout;
    }

    final CompletableFuture<Long> future() {
        return future;
    }

    final void begin() {
        try {
            var timer = clock.schedule(this::expired, timeout.toNanos(), TimeUnit.NANOSECONDS);
            future.whenComplete((index, failure) -> timer.cancel(false));
        } catch (RejectedExecutionException closing) {
            fail("this member is closing");
            return;
        }
        attempt();
    }

    /** Does not block. Leads to {@link #complete} or {@link #fail}, or to nothing before the deadline. */
    abstract void attempt();

    /** What the caller is told. */
    abstract String failure(String reason);

    final void complete(long index) {
        future.complete(index);
    }

    /** Why it is not done yet, for the case that nothing else happens before the deadline. */
    final void waitsFor(String reason) {
        lastReason = reason;
    }

    private void expired() {
        fail("the deadline of " + timeout.toMillis() + " ms passed; last reason: " + lastReason);
    }

    final void fail(String reason) {
        if (!future.isDone()) {
            future.completeExceptionally(new ReadUnavailableException(failure(reason)));
        }
    }
}
