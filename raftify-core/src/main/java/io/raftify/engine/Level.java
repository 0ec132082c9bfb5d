package io.raftify.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When this member's state was last level with the leader's, by this member's monotonic clock alone: it has applied what a
 * round of {@link ReadRounds} found to be committed, so it has all that was acknowledged before the round was <em>begun</em>.
 * When the leader answered, and by which clock, does not matter.
 */
final class Level {

    private @Nullable Long at;
    private long refreshed = System.nanoTime();

    /** What was acknowledged to anybody until then is applied here. */
    synchronized void reached(long askedAt) {
        Long known = at;
        if (known == null || askedAt - known > 0) {
            at = askedAt;
        }
    }

    synchronized boolean within(Duration lag) {
        Long known = at;
        return known != null && System.nanoTime() - known <= lag.toNanos();
    }

    /** Whether a reader who allows this lag should ask again, so that those after him need not wait. */
    synchronized boolean refreshDue(Duration lag) {
        long now = System.nanoTime();
        long third = lag.toNanos() / 3;
        Long known = at;
        if ((known != null && now - known < third) || now - refreshed < third) {
            return false;
        }
        refreshed = now;
        return true;
    }

    @Override
    public synchronized String toString() {
        Long known = at;
        return known == null
                ? "at no time since it started"
                : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - known) + " ms ago";
    }
}
