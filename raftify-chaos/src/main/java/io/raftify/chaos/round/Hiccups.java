package io.raftify.chaos.round;

import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this process did not run when it could have: it was paused, or got no processor. A call that ends late by that
 * is not late. One thread for as long as the process lives.
 */
public final class Hiccups {

    private static final int KEPT = 10_000;
    private static final long STEP = Duration.ofMillis(5).toNanos();

    private final ConcurrentSkipListMap<Long, Long> stalls = new ConcurrentSkipListMap<>();
    private volatile long lastBeat = System.nanoTime();
    private final Thread watch = new Thread(this::watch, "chaos-hiccups");

    public Hiccups() {
        watch.setDaemon(true);
        watch.start();
    }

    private void watch() {
        while (true) {
            long before = lastBeat;
            LockSupport.parkNanos(STEP);
            long now = System.nanoTime();
            if (now - before > 2 * STEP) {
                stalls.put(now, now - before);
                if (stalls.size() > KEPT) {
                    stalls.pollFirstEntry();
                }
            }
            lastBeat = now;
        }
    }

    /** The sum of all stalls that ended after this moment, or have not ended yet. */
    public Duration since(long nanoTime) {
        // After a pause, whoever asks may be awake before the watch is.
        long notYetSeen = System.nanoTime() - lastBeat;
        return Duration.ofNanos((notYetSeen > 2 * STEP ? notYetSeen : 0)
                + stalls.tailMap(nanoTime).values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }
}
