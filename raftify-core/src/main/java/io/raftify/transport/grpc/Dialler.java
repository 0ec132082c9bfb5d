package io.raftify.transport.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Opens connections. Every one has a channel of its own, so that name, key and trust are looked up anew for it. */
final class Dialler {

    /** For throughput over distance: 4 MiB are 50 MB/s at 80 ms. */
    static final int FLOW_CONTROL_WINDOW = 4 << 20;

    private final TransportThreads threads;
    private final TransportLimits limits;
    private final PlainTextRule plainText;
    private final HostLookup lookup;
    private final Greeting greeting;
    private final @Nullable MutualTls tls;

    Dialler(
            TransportThreads threads,
            TransportLimits limits,
            PlainTextRule plainText,
            HostLookup lookup,
            Greeting greeting,
            @Nullable MutualTls tls) {
        this.threads = threads;
        this.limits = limits;
        this.plainText = plainText;
        this.lookup = lookup;
        this.greeting = greeting;
        this.tls = tls;
    }

    EventLoop nextLoop() {
        return threads.nextLoop();
    }

    /** @param result gets addresses, at least one, or a failure and no addresses; on another thread */
    void lookUp(String host, BiConsumer<List<InetAddress>, @Nullable DialFailure> result) {
        threads.lookups().execute(() -> {
            List<InetAddress> found;
            try {
                found = Arrays.asList(lookup.lookUp(host));
            } catch (UnknownHostException e) {
                result.accept(List.of(), DialFailure.unreachable("the name " + host + " cannot be looked up"));
                return;
            }
            List<InetAddress> permitted =
                    found.stream().filter(plainText::permits).toList();
            if (permitted.isEmpty()) {
                result.accept(
                        List.of(),
                        DialFailure.refused("plain text may not leave the loopback interface, and " + host + " is "
                                + found.get(0).getHostAddress() + "; " + PlainTextRule.REMEDY));
            } else {
                result.accept(permitted, null);
            }
        });
    }

    /** Makes the stream and its connection, which is opened with the stream. */
    OutgoingStream prepare(String peer, InetSocketAddress address, EventLoop loop, OutgoingStream.Owner owner)
            throws SecurityUnusableException {
        NettyChannelBuilder builder = tls == null
                ? NettyChannelBuilder.forAddress(address).usePlaintext()
                : NettyChannelBuilder.forAddress(address, tls.clientCredentials(peer, address));
        ManagedChannel channel = builder.channelType(NioSocketChannel.class)
                .eventLoopGroup(loop)
                .directExecutor()
                .offloadExecutor(threads.lookups())
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectTimeout().toMillis()))
                .keepAliveTime(limits.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(limits.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(limits.maxMessageBytes())
                .disableRetry()
                .disableServiceConfigLookUp()
                .build();
        return new OutgoingStream(peer, loop, channel, greeting, owner);
    }
}
