package io.raftify.sample.drill;

import java.util.concurrent.TimeUnit;

/** Lets time pass, which is what a drill under load is about. */
final class Pause {

    private Pause() {}

    static void millis(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
