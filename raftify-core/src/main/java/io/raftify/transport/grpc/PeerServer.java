package io.raftify.transport.grpc;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The member's own server, on a port of its own: nothing of an application's gRPC is touched. */
final class PeerServer {

    /** A peer has one stream to each member; a connection without any is of no use. */
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);

    private static final int STREAMS_PER_CONNECTION = 4;

    private final Server server;
    private final InboundStreams streams;

    private PeerServer(Server server, InboundStreams streams) {
        this.server = server;
        this.streams = streams;
    }

    static PeerServer start(
            String nodeId,
            InetSocketAddress address,
            InboundStreams streams,
            TransportThreads threads,
            TransportLimits limits,
            RefusalLog refusals,
            @Nullable MutualTls tls) {
        Server server = builder(nodeId, address, tls)
                .channelFactory(() -> new HandshakeWatch.ServerChannel(nodeId, refusals))
                .bossEventLoopGroup(threads.loops())
                .workerEventLoopGroup(threads.loops())
                .directExecutor()
                .addService(streams.service())
                .maxInboundMessageSize(limits.maxMessageBytes())
                .flowControlWindow(Dialler.FLOW_CONTROL_WINDOW)
                .maxConcurrentCallsPerConnection(STREAMS_PER_CONNECTION)
                .handshakeTimeout(limits.greetingTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .maxConnectionIdle(LONGEST_IDLE.toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTime(limits.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(limits.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                // half of what members do, so that a ping that is early on the way is no offence
                .permitKeepAliveTime(limits.keepAliveTime().toNanos() / 2, TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new NodeStartException(
                    Reason.ADDRESS_UNAVAILABLE,
                    "The member " + nodeId + " cannot listen on " + text(address) + ": "
                            + DialFailure.rootOf(e).getMessage() + ". Stop what uses the port, or change"
                            + " raftify.cluster.peers." + nodeId
                            + " (on every member) or raftify.transport.bind-address.",
                    e);
        }
        return new PeerServer(server, streams);
    }

    private static NettyServerBuilder builder(String nodeId, InetSocketAddress address, @Nullable MutualTls tls) {
        if (tls == null) {
            return NettyServerBuilder.forAddress(address, InsecureServerCredentials.create());
        }
        try {
            return NettyServerBuilder.forAddress(address, tls.serverCredentials());
        } catch (SecurityUnusableException e) {
            throw new NodeStartException(
                    Reason.SECURITY, "The member " + nodeId + " cannot use its certificates: " + e.getMessage(), e);
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress()
                ? "port " + address.getPort() + " of all addresses"
                : address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    void close(Duration timeout) {
        streams.close();
        server.shutdownNow();
        try {
            server.awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
