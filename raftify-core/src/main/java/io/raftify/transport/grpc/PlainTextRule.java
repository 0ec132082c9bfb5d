package io.raftify.transport.grpc;

import java.net.InetAddress;

/** Where plain text may go: nowhere beyond the loopback interface, unless that was allowed. */
final class PlainTextRule {

    static final String REMEDY = "configure an SSL bundle (raftify.transport.ssl.bundle), or allow plain text on a"
            + " network that you trust (raftify.transport.allow-insecure=true)";

    private final boolean loopbackOnly;

    PlainTextRule(boolean secured, boolean allowInsecure) {
        this.loopbackOnly = !secured && !allowInsecure;
    }

    boolean loopbackOnly() {
        return loopbackOnly;
    }

    boolean permits(InetAddress address) {
        return !loopbackOnly || address.isLoopbackAddress();
    }
}
