package io.raftify.chaos.round;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for what must come. */
public final class Await {

    private static final long STEP = Duration.ofMillis(20).toNanos();

    private Await() {}

    /**
     * @param missing what is still missing; null once nothing is
     * @throws NeverCameException if something still is when the patience is at its end
     */
    public static void until(String what, Duration patience, Supplier<@Nullable String> missing) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            String left = missing.get();
            if (left == null) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new NeverCameException(what + ": not within " + patience.toSeconds() + " s; " + left);
            }
            LockSupport.parkNanos(STEP);
        }
    }

    /** A condition that must come true did not. */
    public static final class NeverCameException extends RuntimeException {
        NeverCameException(String message) {
            super(message);
        }
    }
}
