package io.raftify.transport.inprocess;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** What one member sends to another, in its order: passed on at once, lost without a word, or held. Thread-safe. */
final class Wire {

    /** Without it, what has no payload would not be bounded. */
    private static final int OVERHEAD = 128;

    /** As much as a connection may have unanswered, so that what waits for a paused member is bounded. */
    static final long MAX_HELD_BYTES = 64L << 20;

    private final Way way;
    private final Supplier<Faults> faults;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long heldBytes;

    private record Held(InProcessMemberTransport receiver, int cost, Runnable arrival) {}

    Wire(Way way, Supplier<Faults> faults) {
        this.way = way;
        this.faults = faults;
    }

    /**
     * Sends a message on its way.
     *
     * @param arrival runs on the receiver's thread, unless the message is lost
     * @return false if too much is held already; the message is not sent then
     */
    synchronized boolean carry(InProcessMemberTransport receiver, int cost, Runnable arrival) {
        Faults now = faults.get();
        if (now.loses(way)) {
            return true;
        }
        if (held.isEmpty() && !now.holds(way)) {
            receiver.arrive(arrival);
            return true;
        }
        if (heldBytes + cost > MAX_HELD_BYTES) {
            return false;
        }
        held.add(new Held(receiver, cost, arrival));
        heldBytes += cost;
        return true;
    }

    /** Lets go what is held, unless it must wait on. */
    synchronized void release() {
        Faults now = faults.get();
        if (now.holds(way)) {
            return;
        }
        for (Held each : held) {
            if (!now.loses(way)) {
                each.receiver().arrive(each.arrival());
            }
        }
        held.clear();
        heldBytes = 0;
    }

    /** What a call or an answer counts for while it waits, in bytes. */
    static int costOf(ByteString payload) {
        return payload.size() + OVERHEAD;
    }
}
