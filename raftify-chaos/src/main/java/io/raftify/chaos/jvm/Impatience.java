package io.raftify.chaos.jvm;

import io.raftify.chaos.round.ObjectStore;
import io.raftify.node.RaftNode;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks a member to give up what takes it too long, again and again, as the application's watchdog does. */
public final class Impatience implements AutoCloseable {

    private static final Duration TOO_LONG = Duration.ofMillis(300);
    private static final Duration PERIOD = Duration.ofMillis(100);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "chaos-impatience");
        thread.setDaemon(true);
        return thread;
    });

    public Impatience(RaftNode node, ObjectStore objects) {
        var unused = clock.scheduleWithFixedDelay(
                () -> {
                    long index = objects.runningFor(TOO_LONG);
                    if (index != 0) {
                        // Whether it is given up shows in the state; while it cannot be, it is tried again.
                        var refusedOrNot = node.giveUp(index, ObjectStore.giveUp(index));
                    }
                },
                PERIOD.toMillis(),
                PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
