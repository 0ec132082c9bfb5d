package io.raftify.chaos.round;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The run of a {@link io.raftify.chaos.history.Verb#SLOW_WRITE}. How long it takes differs from member to member and from
 * one replay to the next, as on real machines, so that some have finished it when others are asked to give it up. Every other
 * one does not end at all, for as long as a round can wait.
 */
final class SlowRun {

    private static final Duration LONGEST = Duration.ofMillis(1_500);

    /** A member that was killed too early can never promise anything: then it has to end by itself. */
    private static final Duration ENDLESS = Duration.ofSeconds(6);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private volatile long running;
    private volatile long since;
    private volatile long ended;

    /** @return false if it was ended */
    boolean run(long index, long id) {
        boolean endless = id % 2 == 0;
        long nanos = endless ? ENDLESS.toNanos() : ThreadLocalRandom.current().nextLong(LONGEST.toNanos());
        long begin = System.nanoTime();
        since = begin;
        running = index;
        while (ended != index && System.nanoTime() - begin < nanos) {
            LockSupport.parkNanos(1_000_000);
        }
        running = 0;
        return ended != index;
    }

    long runningFor(Duration duration) {
        long index = running;
        return index != 0 && System.nanoTime() - since >= duration.toNanos() && running == index ? index : 0;
    }

    boolean end(long index, Duration sinceKnown) {
        ended = index;
        return sinceKnown.compareTo(PATIENCE) < 0;
    }
}
