package io.raftify.transport.grpc;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next attempt: twice as long each time up to a bound, and never in step with others. */
final class Backoff {

    private final long shortest;
    private final long longest;
    private long current;

    Backoff(Duration shortest, Duration longest) {
        this.shortest = shortest.toNanos();
        this.longest = longest.toNanos();
        this.current = this.shortest;
    }

    /** Between half of what it has grown to and all of it, in nanoseconds. */
    long next() {
        long bound = current;
        current = Math.min(longest, 2 * current);
        return bound / 2 + ThreadLocalRandom.current().nextLong(bound / 2 + 1);
    }

    void reset() {
        current = shortest;
    }
}
