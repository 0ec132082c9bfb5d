package io.raftify.chaos.round;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * How long this process did not run when it could have: it was paused, or got no processor. A call that ends late by that
 * is not late. A few threads for as long as the process lives: on a machine that shares its processors with others, one
 * of them may stand still while another runs, and with it only the threads that are there.
 */
public final class Hiccups {

    private static final int KEPT = 10_000;
    private static final long STEP = Duration.ofMillis(5).toNanos();

    private final List<Watch> watches = Stream.generate(Watch::new)
            .limit(Math.min(4, Runtime.getRuntime().availableProcessors()))
            .toList();

    public Hiccups() {
        for (Watch watch : watches) {
            Thread thread = new Thread(watch, "chaos-hiccups");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** The sum of all stalls that ended after this moment, or have not ended yet, of the thread that had most of them. */
    public Duration since(long nanoTime) {
        return Duration.ofNanos(
                watches.stream().mapToLong(watch -> watch.since(nanoTime)).max().orElse(0));
    }

    private static final class Watch implements Runnable {

        private final ConcurrentSkipListMap<Long, Long> stalls = new ConcurrentSkipListMap<>();
        private volatile long lastBeat = System.nanoTime();

        @Override
        public void run() {
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

        long since(long nanoTime) {
            // After a pause, whoever asks may be awake before the watch is.
            long notYetSeen = System.nanoTime() - lastBeat;
            return (notYetSeen > 2 * STEP ? notYetSeen : 0)
                    + stalls.tailMap(nanoTime).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
        }
    }
}
