package io.raftify.transport.inprocess;

/** From when a member has reached a peer until one of the two leaves; what is on its way when it ends is lost. */
final class Connection {

    private final InProcessMemberTransport peer;
    private volatile boolean open = true;

    Connection(InProcessMemberTransport peer) {
        this.peer = peer;
    }

    InProcessMemberTransport peer() {
        return peer;
    }

    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }
}
