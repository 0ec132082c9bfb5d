package io.raftify.transport.grpc;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.netty.util.concurrent.Future;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import io.raftify.transport.grpc.wire.RaftTransportGrpc;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All streams that peers have opened to this member, and what they have in common. */
final class InboundStreams implements ServerCallHandler<Frame, Frame> {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private final String self;
    private final Map<String, PeerLink> links;
    private final Greeting greeting;
    private final boolean secured;
    private final TransportLimits limits;
    private final TransportThreads threads;
    private final RefusalLog refusals;
    private final InboundHandler handler;

    private final Map<String, PeerGate> gates = new ConcurrentHashMap<>();
    private final Set<InboundStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    InboundStreams(
            String self,
            Map<String, PeerLink> links,
            Greeting greeting,
            boolean secured,
            TransportLimits limits,
            TransportThreads threads,
            RefusalLog refusals,
            InboundHandler handler) {
        this.self = self;
        this.links = links;
        this.greeting = greeting;
        this.secured = secured;
        this.limits = limits;
        this.threads = threads;
        this.refusals = refusals;
        this.handler = handler;
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(RaftTransportGrpc.SERVICE_NAME)
                .addMethod(FrameMarshaller.EXCHANGE, this)
                .build();
    }

    @Override
    public ServerCall.Listener<Frame> startCall(ServerCall<Frame, Frame> call, Metadata headers) {
        SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        String remote = address == null ? "an unknown address" : HandshakeWatch.hostOf(address);
        InboundStream stream = new InboundStream(call, this, remote);
        streams.add(stream);
        stream.start();
        if (closed) {
            stream.end(stopped());
        }
        return stream;
    }

    /** Ends all streams, and those that come later. */
    void close() {
        closed = true;
        streams.forEach(stream -> stream.end(stopped()));
    }

    private Status stopped() {
        return Status.UNAVAILABLE.withDescription(self + " is stopped");
    }

    TransportLimits limits() {
        return limits;
    }

    Future<?> later(Runnable action, Duration delay) {
        return threads.nextLoop().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Nullable Status refusalOf(Hello hello, Attributes connection) {
        // first, since nothing else in the greeting is worth more than the name that it comes from
        Status refusal = secured
                ? MutualTls.refusalOf(hello.getNodeId(), connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                : null;
        return refusal != null ? refusal : greeting.refusalOfCaller(hello);
    }

    Frame greetingTo(String peer) {
        return greeting.to(peer);
    }

    /** @param peer checked to be among the members, so that this does not grow */
    PeerGate gateOf(String peer) {
        return gates.computeIfAbsent(peer, name -> new PeerGate());
    }

    /** @param decision gets null if the process is welcome, or why it is not; the latter also later on */
    void called(String peer, long incarnation, Consumer<@Nullable Status> decision) {
        PeerLink link = links.get(peer);
        if (link == null) {
            decision.accept(null);
        } else {
            link.called(incarnation, decision);
        }
    }

    void deliver(String peer, Call call, InboundCall inbound) {
        try {
            handler.receive(peer, call.getKind(), call.getPayload(), inbound);
        } catch (RuntimeException e) {
            log.error("{} failed on a call of kind {} from {}", self, call.getKind(), peer, e);
            if (!inbound.answered()) {
                inbound.refuse(self + " failed on the call: " + e.getClass().getName());
            }
        }
    }

    void report(String who, Status why) {
        refusals.report(self + " refused " + who + ": " + why.getDescription());
    }

    void forget(InboundStream stream) {
        streams.remove(stream);
    }
}
