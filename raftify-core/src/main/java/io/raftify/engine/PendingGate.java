package io.raftify.engine;

/** Counts what is in flight, by number and by bytes, and refuses what goes beyond. */
final class PendingGate {

    private final int maxCount;
    private final long maxBytes;
    private int count;
    private long bytes;

    PendingGate(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /** Whether there was room; if so, {@link #leave} must follow exactly once. One alone always has room. */
    synchronized boolean enter(int size) {
        if (count >= maxCount || (count > 0 && bytes + size > maxBytes)) {
            return false;
        }
        count++;
        bytes += size;
        return true;
    }

    synchronized void leave(int size) {
        count--;
        bytes -= size;
    }

    @Override
    public synchronized String toString() {
        return count + " of at most " + maxCount + ", " + bytes + " bytes of at most " + maxBytes;
    }
}
