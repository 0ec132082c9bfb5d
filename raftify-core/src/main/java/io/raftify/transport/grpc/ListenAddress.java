package io.raftify.transport.grpc;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import io.raftify.node.RaftNodeSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the address to listen on: the one that was asked for; without security only a loopback address. */
final class ListenAddress {

    private ListenAddress() {}

    /** @throws NodeStartException if there is none, or it would carry plain text over a network */
    static InetSocketAddress of(RaftNodeSettings settings, PlainTextRule plainText, HostLookup lookup) {
        String host = settings.address().host();
        int port = settings.address().port();
        String bindAddress = settings.bindAddress();
        @Nullable InetAddress own = null;
        if (plainText.loopbackOnly()) {
            own = permitted("raftify.cluster.peers." + settings.nodeId(), host, settings, plainText, lookup);
        }
        if (bindAddress != null) {
            return new InetSocketAddress(
                    permitted("raftify.transport.bind-address", bindAddress, settings, plainText, lookup), port);
        }
        return own != null ? new InetSocketAddress(own, port) : new InetSocketAddress(port);
    }

    private static InetAddress permitted(
            String property, String host, RaftNodeSettings settings, PlainTextRule plainText, HostLookup lookup) {
        InetAddress[] found;
        try {
            found = lookup.lookUp(host);
        } catch (UnknownHostException e) {
            throw new NodeStartException(
                    Reason.ADDRESS_UNAVAILABLE,
                    "The member " + settings.nodeId() + " cannot look up its own name " + host + " (" + property + ").",
                    e);
        }
        return Arrays.stream(found)
                .filter(plainText::permits)
                .findFirst()
                .orElseThrow(() -> new NodeStartException(
                        Reason.SECURITY,
                        "The member " + settings.nodeId() + " is to be reached at " + host + " (" + property
                                + "), which is no loopback address, but there is neither a certificate nor leave to"
                                + " speak plain text there: " + PlainTextRule.REMEDY + "."));
    }
}
