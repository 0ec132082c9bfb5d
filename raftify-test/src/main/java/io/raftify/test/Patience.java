package io.raftify.test;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits for a condition, and says at the end what was missing. */
final class Patience {

    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private Patience() {}

    /**
     * @param what to continue the sentence "waited for …"
     * @param missing what is missing still; null when there is nothing
     * @throws AssertionError if something is missing at the end
     */
    static void await(String what, Duration timeout, Supplier<@Nullable String> missing) {
        long end = System.nanoTime() + timeout.toNanos();
        String seen = missing.get();
        while (seen != null) {
            pause(what, timeout, end, seen);
            seen = missing.get();
        }
    }

    /**
     * @param search finds it, or null
     * @param instead what there is in its place
     * @throws AssertionError if it is not found by the end
     */
    static <T> T find(String what, Duration timeout, Supplier<@Nullable T> search, Supplier<String> instead) {
        long end = System.nanoTime() + timeout.toNanos();
        T found = search.get();
        while (found == null) {
            pause(what, timeout, end, instead.get());
            found = search.get();
        }
        return found;
    }

    private static void pause(String what, Duration timeout, long end, String seen) {
        if (Thread.currentThread().isInterrupted()) {
            throw new AssertionError("Interrupted while waiting for " + what + ". Last seen: " + seen);
        }
        if (System.nanoTime() - end >= 0) {
            throw new AssertionError("Waited " + timeout.toMillis() + " ms for " + what + ". Last seen: " + seen);
        }
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
}
