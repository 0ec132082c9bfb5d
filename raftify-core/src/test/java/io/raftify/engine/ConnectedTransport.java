package io.raftify.engine;

import io.raftify.transport.MemberTransport;
import java.util.function.Consumer;

/** To every peer there is a connection; what becomes of a call is up to the test. */
abstract class ConnectedTransport implements MemberTransport {

    @Override
    public void start(InboundHandler handler) {}

    @Override
    public boolean connected(String peer) {
        return true;
    }

    @Override
    public PeerConnection connection(String peer) {
        return new PeerConnection("test", true, null);
    }

    @Override
    public void onConnected(Consumer<String> listener) {}

    @Override
    public void close() {}
}
