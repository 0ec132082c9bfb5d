package io.raftify.transport.grpc;

import org.jspecify.annotations.Nullable;

/**
 * Lets the calls of one peer through to the handler: those of its newest stream only, one at a time. A peer that opens
 * a second stream has given up the first, even if this side has not noticed yet; its late calls must not overtake.
 */
final class PeerGate {

    private @Nullable InboundStream current;

    void enter(InboundStream stream) {
        InboundStream replaced;
        synchronized (this) {
            replaced = current;
            current = stream;
        }
        if (replaced != null) {
            replaced.replaced();
        }
    }

    /** The handler does not block, so that holding the lock meanwhile is short. */
    synchronized void deliver(InboundStream stream, Runnable delivery) {
        if (current == stream) {
            delivery.run();
        }
    }

    synchronized void leave(InboundStream stream) {
        if (current == stream) {
            current = null;
        }
    }
}
