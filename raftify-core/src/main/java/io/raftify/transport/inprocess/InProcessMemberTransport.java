package io.raftify.transport.inprocess;

import com.google.protobuf.ByteString;
import io.raftify.node.NodeStartException;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import io.raftify.transport.OutgoingCall;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member on an {@link InProcessNetwork}. One thread of its own hands the peers' calls to the handler, calls back and
 * watches deadlines, so that there are no locks and everything keeps its order.
 */
final class InProcessMemberTransport implements MemberTransport {

    private static final Logger log = LoggerFactory.getLogger(InProcessMemberTransport.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(4);

    private enum Phase {
        NEW,
        STARTED,
        CLOSED
    }

    private final RaftNodeSettings settings;
    private final InProcessNetwork network;
    private final ScheduledThreadPoolExecutor thread;
    private final Map<String, Link> links = new LinkedHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable Thread own;
    private volatile @Nullable InboundHandler handler;
    private volatile Phase phase = Phase.NEW;

    InProcessMemberTransport(RaftNodeSettings settings, InProcessNetwork network) {
        this.settings = settings;
        this.network = network;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "raftify-" + settings.nodeId() + "-network");
            created.setDaemon(true);
            own = created;
            return created;
        });
        thread.setRemoveOnCancelPolicy(true);
        for (Map.Entry<String, PeerAddress> peer : settings.peers().entrySet()) {
            if (!peer.getKey().equals(settings.nodeId())) {
                links.put(
                        peer.getKey(),
                        new Link(this, network, peer.getKey(), peer.getValue(), settings.maxFrameSize()));
            }
        }
    }

    String nodeId() {
        return settings.nodeId();
    }

    int maxFrameSize() {
        return settings.maxFrameSize();
    }

    InProcessNetwork network() {
        return network;
    }

    @Override
    public synchronized void start(InboundHandler inbound) {
        if (phase != Phase.NEW) {
            throw new IllegalStateException(phase == Phase.CLOSED ? "closed" : "started already");
        }
        handler = inbound;
        phase = Phase.STARTED;
        try {
            network.listen(this, settings.address());
        } catch (NodeStartException taken) {
            phase = Phase.CLOSED;
            thread.shutdown();
            throw taken;
        }
    }

    @Override
    public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("the timeout must be greater than zero, but is " + timeout);
        }
        Duration atMost = timeout.compareTo(Duration.ofDays(365)) > 0 ? Duration.ofDays(365) : timeout;
        OutgoingCall call =
                new OutgoingCall(kind, payload, Wire.costOf(payload), System.nanoTime() + atMost.toNanos(), callback);
        Link link = links.get(peer);
        if (link == null) {
            fail(call, peer + (peer.equals(nodeId()) ? " is this member itself" : " is not among the peers"));
        } else if (phase == Phase.NEW) {
            fail(call, nodeId() + " has not been started");
        } else if (payload.size() > maxFrameSize()) {
            fail(
                    call,
                    "the message of " + payload.size() + " bytes for " + peer
                            + " is larger than raftify.transport.max-frame-size, " + maxFrameSize() + " bytes");
        } else {
            link.call(call);
        }
    }

    @Override
    public boolean connected(String peer) {
        Link link = links.get(peer);
        return link != null && link.connection().connected();
    }

    /** @throws IllegalArgumentException if there is no such peer, or it is this member itself */
    @Override
    public PeerConnection connection(String peer) {
        Link link = links.get(peer);
        if (link == null) {
            throw new IllegalArgumentException(peer + " is not among the peers of " + nodeId());
        }
        return link.connection();
    }

    @Override
    public void onConnected(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Returns when everything has ended; at once when a handler or callback calls it, on whose thread that would be. */
    @Override
    public void close() {
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSED;
        }
        network.leave(this);
        run(() -> links.values().forEach(Link::close));
        // What is queued still runs, calls that come too late among it; no timer is left that would keep the thread.
        thread.shutdown();
        if (Thread.currentThread() == own) {
            return;
        }
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("A handler or callback of {} does not end; its thread is left behind", nodeId());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why a member that looks for {@code wanted} here must be refused, or null if it is welcome. */
    @Nullable String refusalOf(InProcessMemberTransport caller, String wanted) {
        if (!caller.settings.clusterName().equals(settings.clusterName())) {
            return "a member of cluster '" + caller.settings.clusterName() + "' met a member of cluster '"
                    + settings.clusterName() + "'; check raftify.cluster.name and the peers' addresses";
        }
        if (caller.nodeId().equals(nodeId())) {
            return "the address of " + wanted + " leads back to " + nodeId() + " itself, or two members are called "
                    + nodeId();
        }
        if (!settings.peers().containsKey(caller.nodeId())) {
            return caller.nodeId() + " is not among the peers that " + nodeId() + " knows: "
                    + settings.peers().keySet().stream().sorted().toList();
        }
        return wanted.equals(nodeId()) ? null : "the member there is " + nodeId() + ", not " + wanted;
    }

    /** Looks anew for every peer that is not connected. From any thread. */
    void connectAll() {
        run(() -> links.values().forEach(Link::connect));
    }

    /** Gives the connection to the peer up and makes another. From any thread. */
    void reconnect(String peer) {
        Link link = links.get(peer);
        if (link != null) {
            run(link::reconnect);
        }
    }

    /** From any thread. */
    void lost(InProcessMemberTransport member) {
        run(() -> links.values().forEach(link -> link.lost(member)));
    }

    void connectedTo(String peer) {
        for (Consumer<String> listener : listeners) {
            try {
                listener.accept(peer);
            } catch (RuntimeException e) {
                // the others shall hear of it all the same
                log.error("{} failed to tell a listener of the connection to {}", nodeId(), peer, e);
            }
        }
    }

    void deliver(String peer, int kind, ByteString payload, InboundCall call) {
        if (phase != Phase.STARTED) {
            return;
        }
        try {
            Objects.requireNonNull(handler, "set at start").receive(peer, kind, payload, call);
        } catch (RuntimeException e) {
            log.error("{} failed on a call of kind {} from {}", nodeId(), kind, peer, e);
            if (!call.answered()) {
                call.refuse(nodeId() + " failed on the call: " + e.getClass().getName());
            }
        }
    }

    /** A message has come; it is lost if this member has left. */
    void arrive(Runnable arrival) {
        if (!run(arrival)) {
            log.trace("A message came to {} after it had left", nodeId());
        }
    }

    /** Runs on this member's thread; false if that has ended. */
    boolean run(Runnable action) {
        try {
            thread.execute(action);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** Null if this member is about to end all its calls anyway. */
    @Nullable Future<?> later(Runnable action, long nanos) {
        try {
            return thread.schedule(action, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            return null;
        }
    }

    /** Ends a call that never gets as far as a link, on a thread that is not the caller's. */
    void fail(OutgoingCall call, String why) {
        Runnable end = () -> call.failed(CallFailure.Kind.NOT_SENT, why);
        if (!run(end)) {
            ForkJoinPool.commonPool().execute(end);
        }
    }
}
