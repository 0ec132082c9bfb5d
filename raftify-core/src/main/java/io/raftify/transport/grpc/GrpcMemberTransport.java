package io.raftify.transport.grpc;

import com.google.protobuf.ByteString;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.TransportSecurity;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import io.raftify.transport.OutgoingCall;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls between members over gRPC: a server of the member's own on its own port, and one long-lived stream to each
 * peer, opened again whenever it breaks. Thread-safe.
 *
 * <p>Handler and callbacks run on the transport's event loops, which also carry all other calls: they must hand on
 * whatever takes time.
 */
public final class GrpcMemberTransport implements MemberTransport {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private final RaftNodeSettings settings;
    private final TransportLimits limits;
    private final HostLookup lookup;
    private final PlainTextRule plainText;
    private final Greeting greeting;
    private final TransportThreads threads;
    private final RefusalLog refusals = new RefusalLog(System::nanoTime);
    private final @Nullable MutualTls tls;
    private final Map<String, PeerLink> links = new LinkedHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    private volatile Phase phase = Phase.NEW;
    private @Nullable PeerServer server;

    /** Does nothing yet but make ready; {@link #start} binds the port and connects. */
    public GrpcMemberTransport(RaftNodeSettings settings) {
        this(settings, TransportLimits.forFramesOf(settings.maxFrameSize()), InetAddress::getAllByName);
    }

    GrpcMemberTransport(RaftNodeSettings settings, TransportLimits limits, HostLookup lookup) {
        this.settings = settings;
        this.limits = limits;
        this.lookup = lookup;
        this.plainText = new PlainTextRule(settings.security() != null, settings.allowInsecure());
        this.greeting = new Greeting(
                settings.nodeId(), settings.clusterName(), settings.peers().keySet(), limits.maxPayloadBytes());
        this.threads = new TransportThreads(settings.nodeId(), settings.peers().size());
        TransportSecurity security = settings.security();
        this.tls = security == null ? null : new MutualTls(settings.nodeId(), security);
        Dialler dialler = new Dialler(threads, limits, plainText, lookup, greeting, tls);
        for (Map.Entry<String, PeerAddress> peer : settings.peers().entrySet()) {
            String name = peer.getKey();
            if (!name.equals(settings.nodeId())) {
                links.put(
                        name,
                        new PeerLink(
                                settings.nodeId(),
                                name,
                                peer.getValue(),
                                limits,
                                dialler,
                                refusals,
                                this::connectedTo));
            }
        }
    }

    @Override
    public synchronized void start(InboundHandler handler) {
        if (phase != Phase.NEW) {
            throw new IllegalStateException(phase == Phase.CLOSED ? "closed" : "started already");
        }
        InetSocketAddress address;
        try {
            address = ListenAddress.of(settings, plainText, lookup);
            InboundStreams streams = new InboundStreams(
                    settings.nodeId(), links, greeting, tls != null, limits, threads, refusals, handler);
            server = PeerServer.start(settings.nodeId(), address, streams, threads, limits, refusals, tls);
        } catch (RuntimeException e) {
            closeAndWait();
            throw e;
        }
        phase = Phase.STARTED;
        if (settings.security() == null && settings.allowInsecure()) {
            log.warn(
                    "{} speaks plain text with its peers, also over networks (raftify.transport.allow-insecure=true):"
                            + " whoever reaches its port {} can read and change the replicated state",
                    settings.nodeId(),
                    address.getPort());
        }
        links.values().forEach(PeerLink::start);
    }

    @Override
    public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("the timeout must be greater than zero, but is " + timeout);
        }
        OutgoingCall call = new OutgoingCall(
                kind, payload, TransportLimits.costOf(payload.size()), System.nanoTime() + nanosOf(timeout), callback);
        PeerLink link = links.get(peer);
        if (link == null) {
            String why = peer.equals(settings.nodeId()) ? " is this member itself" : " is not among the peers";
            TransportThreads.run(threads.nextLoop(), () -> call.failed(CallFailure.Kind.NOT_SENT, peer + why));
        } else if (phase == Phase.NEW) {
            link.fail(call, settings.nodeId() + " has not been started");
        } else if (payload.size() > limits.maxPayloadBytes()) {
            link.fail(
                    call,
                    "the message of " + payload.size() + " bytes for " + peer
                            + " is larger than raftify.transport.max-frame-size, " + limits.maxPayloadBytes()
                            + " bytes");
        } else {
            link.call(call);
        }
    }

    private static long nanosOf(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(365)) > 0
                ? Duration.ofDays(365).toNanos()
                : timeout.toNanos();
    }

    @Override
    public boolean connected(String peer) {
        PeerLink link = links.get(peer);
        return link != null && link.connection().connected();
    }

    /** @throws IllegalArgumentException if there is no such peer, or it is this member itself */
    @Override
    public PeerConnection connection(String peer) {
        PeerLink link = links.get(peer);
        if (link == null) {
            throw new IllegalArgumentException(peer + " is not among the peers of " + settings.nodeId());
        }
        return link.connection();
    }

    @Override
    public void onConnected(Consumer<String> listener) {
        listeners.add(listener);
    }

    private void connectedTo(String peer) {
        for (Consumer<String> listener : listeners) {
            try {
                listener.accept(peer);
            } catch (RuntimeException e) {
                // the others shall hear of it all the same
                log.error("{} failed to tell a listener of the connection to {}", settings.nodeId(), peer, e);
            }
        }
    }

    /**
     * Returns when everything has ended, after a few seconds at most; at once when a handler or callback calls it, since
     * it would wait for its own thread.
     */
    @Override
    public void close() {
        if (threads.current()) {
            Thread closer = new Thread(this::closeAndWait, "raftify-" + settings.nodeId() + "-close");
            closer.setDaemon(true);
            closer.start();
        } else {
            closeAndWait();
        }
    }

    private synchronized void closeAndWait() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        links.values().forEach(PeerLink::close);
        if (server != null) {
            server.close(limits.closeTimeout());
        }
        threads.close(limits.closeTimeout());
    }
}
