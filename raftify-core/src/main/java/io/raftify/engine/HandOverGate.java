package io.raftify.engine;

import java.util.concurrent.TimeUnit;

/**
 * Counts the commands that this member's engine has as leader, and keeps further ones back while leadership is handed over:
 * a leader that steps down forgets what it has not applied yet, and the caller would never learn what became of it.
 */
final class HandOverGate {

    private final int most;
    private final long mostBytes;
    private int inside;
    private long bytes;
    private boolean closed;

    /**
     * @param most commands that the engine may have at a time
     * @param mostBytes in all of them
     */
    HandOverGate(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Whether a command may go to the engine. */
    enum Entrance {
        OPEN,
        /** The engine has as many as it may have. */
        FULL,
        /** Leadership is being handed over. */
        CLOSED
    }

    /** Whether the engine may have one more; if so, {@link #leave} must follow exactly once. */
    synchronized Entrance enter(int size) {
        if (closed) {
            return Entrance.CLOSED;
        }
        if (inside >= most || bytes + size > mostBytes) {
            return Entrance.FULL;
        }
        inside++;
        bytes += size;
        return Entrance.OPEN;
    }

    synchronized void leave(int size) {
        inside--;
        bytes -= size;
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
