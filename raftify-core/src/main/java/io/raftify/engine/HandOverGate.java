package io.raftify.engine;

import java.util.concurrent.TimeUnit;

/**
 * Counts the commands that this member's engine has as leader, and keeps further ones back while leadership is handed over:
 * a leader that steps down forgets what it has not applied yet, and the caller would never learn what became of it.
 */
final class HandOverGate {

    private int inside;
    private boolean closed;

    /** Whether the engine may have one more; if so, {@link #leave} must follow exactly once. */
    synchronized boolean enter() {
        if (closed) {
            return false;
        }
        inside++;
        return true;
    }

    synchronized void leave() {
        inside--;
        if (inside == 0) {
            notifyAll();
        }
    }

    synchronized void close() {
        closed = true;
    }

    synchronized void open() {
        closed = false;
    }

    /** Waits until the engine has none any more; false at the deadline, or when interrupted (which stays set). */
    synchronized boolean awaitEmpty(long deadlineNanos) {
        while (inside > 0) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
