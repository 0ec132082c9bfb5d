package io.raftify.chaos.round;

import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this process did not run when it could have: a call that ends late because its caller got no processor is not
 * late.
 */
final class Hiccups implements AutoCloseable {

    private static final long STEP = Duration.ofMillis(5).toNanos();

    private final ConcurrentSkipListMap<Long, Long> stalls = new ConcurrentSkipListMap<>();
    private final Thread watch = new Thread(this::watch, "chaos-hiccups");
    private volatile boolean closed;

    Hiccups() {
        watch.setDaemon(true);
        watch.start();
    }

    private void watch() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(STEP);
            long now = System.nanoTime();
            if (now - before > 2 * STEP) {
                stalls.put(now, now - before);
            }
            before = now;
        }
    }

    /** The sum of all stalls that ended after this moment. */
    Duration since(long nanoTime) {
        return Duration.ofNanos(stalls.tailMap(nanoTime).values().stream()
                .mapToLong(Long::longValue)
                .sum());
    }

    @Override
    public void close() {
        closed = true;
    }
}
