package io.raftify.transport.grpc;

import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.raftify.node.PeerAddress;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport.PeerConnection;
import io.raftify.transport.OutgoingCall;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's side towards one peer: keeps a stream to it open and takes the calls for it. Calls come in from any
 * thread; everything else is confined to one event loop, so that there are no locks and calls keep their order.
 */
final class PeerLink implements OutgoingStream.Owner {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    /** So many calls are sent before the loop looks at what else there is to do. */
    private static final int BATCH = 1024;

    private final String self;
    private final String peer;
    private final PeerAddress address;
    private final TransportLimits limits;
    private final Dialler dialler;
    private final RefusalLog refusals;
    private final Consumer<String> onConnected;
    private final EventLoop loop;

    private final Queue<OutgoingCall> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainPlanned = new AtomicBoolean();
    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile PeerConnection connection;

    private final Backoff backoff;
    private @Nullable OutgoingStream stream;
    private @Nullable Future<?> nextAttempt;
    private long nextAttemptAt;
    private long lastEnd;
    private boolean greeted;
    private long greetedAt;
    private final SoleProcess sole;
    private int attempts;
    private boolean saidWaiting;
    private boolean closed;

    PeerLink(
            String self,
            String peer,
            PeerAddress address,
            TransportLimits limits,
            Dialler dialler,
            RefusalLog refusals,
            Consumer<String> onConnected) {
        this.self = self;
        this.peer = peer;
        this.address = address;
        this.limits = limits;
        this.dialler = dialler;
        this.refusals = refusals;
        this.onConnected = onConnected;
        this.loop = dialler.nextLoop();
        this.backoff = new Backoff(limits.shortestBackoff(), limits.longestBackoff());
        this.connection = new PeerConnection(address.toString(), false, "not tried yet");
        this.sole = new SoleProcess(peer, address);
    }

    void start() {
        loop.execute(this::dial);
    }

    PeerConnection connection() {
        return connection;
    }

    void call(OutgoingCall call) {
        long waiting = waitingBytes.addAndGet(call.cost());
        if (waiting > limits.maxWaitingBytes()) {
            waitingBytes.addAndGet(-call.cost());
            fail(
                    call,
                    "too much is waiting to be sent to " + peer + " already: " + (waiting - call.cost()) + " of "
                            + limits.maxWaitingBytes() + " bytes");
            return;
        }
        submitted.add(call);
        planDrain();
    }

    /** Ends a call that never gets as far as the queue, on a thread that is not the caller's. */
    void fail(OutgoingCall call, String why) {
        TransportThreads.run(loop, () -> call.failed(CallFailure.Kind.NOT_SENT, why));
    }

    private void planDrain() {
        if (drainPlanned.compareAndSet(false, true)) {
            TransportThreads.run(loop, this::drain);
        }
    }

    private void drain() {
        drainPlanned.set(false);
        for (int i = 0; i < BATCH; i++) {
            OutgoingCall call = submitted.poll();
            if (call == null) {
                return;
            }
            if (stream != null && greeted) {
                stream.send(call);
            } else {
                released(call.cost());
                call.failed(
                        CallFailure.Kind.NOT_SENT,
                        closed ? self + " is stopped" : peer + " is not connected: " + connection.lastError());
                hurry();
            }
        }
        planDrain();
    }

    @Override
    public void released(int cost) {
        waitingBytes.addAndGet(-cost);
    }

    /** Somebody wants to reach the peer: that is worth trying sooner than the backoff says, but not without end. */
    private void hurry() {
        if (nextAttempt != null) {
            long soonest = lastEnd + limits.wantedBackoff().toNanos();
            if (soonest - nextAttemptAt < 0) {
                nextAttempt.cancel(false);
                plan(soonest - System.nanoTime());
            }
        }
    }

    /**
     * A process calls here by the peer's name. That is the peer after a restart, and then the stream to the earlier process
     * is dead; or there are two of them, which the peer's address tells: whoever answers there is the peer.
     *
     * @param decision gets null if the process is welcome, or why it is not; the latter also later on
     */
    void called(long incarnation, Consumer<@Nullable Status> decision) {
        TransportThreads.run(loop, () -> {
            if (sole.isInDoubt(incarnation, decision) && stream != null) {
                stream.end(DialFailure.unreachable(peer + " has been restarted"));
            } else {
                hurry();
            }
        });
    }

    private void plan(long delayNanos) {
        nextAttemptAt = System.nanoTime() + Math.max(0, delayNanos);
        nextAttempt = loop.schedule(this::dial, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }

    private void dial() {
        nextAttempt = null;
        if (closed) {
            return;
        }
        attempts++;
        try {
            dialler.lookUp(address.host(), this::lookedUp);
        } catch (RejectedExecutionException stopping) {
            notReached(DialFailure.unreachable(self + " is stopped"));
        }
    }

    /** Comes from the thread that looked the name up. */
    private void lookedUp(List<InetAddress> found, @Nullable DialFailure failure) {
        TransportThreads.run(loop, () -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                notReached(failure);
                return;
            }
            // A name may stand for several addresses, of which one works: each attempt takes the next.
            InetAddress chosen = found.get(Math.floorMod(attempts - 1, found.size()));
            try {
                stream = dialler.prepare(peer, new InetSocketAddress(chosen, address.port()), loop, this);
            } catch (SecurityUnusableException e) {
                notReached(DialFailure.refused(e.getMessage()));
                return;
            }
            // may end at once
            stream.open(limits.greetingTimeout().toNanos());
        });
    }

    @Override
    public void greeted(OutgoingStream opened, long incarnation) {
        greeted = true;
        sole.answers(incarnation);
        greetedAt = System.nanoTime();
        saidWaiting = false;
        connection = new PeerConnection(address.toString(), true, null);
        log.info("{} is connected to {} at {}", self, peer, address);
        onConnected.accept(peer);
    }

    @Override
    public void ended(OutgoingStream ended, boolean wasGreeted, DialFailure why) {
        stream = null;
        greeted = false;
        // A stream that is ended as soon as it is open must not be opened again and again at full speed.
        if (wasGreeted
                && System.nanoTime() - greetedAt >= limits.longestBackoff().toNanos()) {
            backoff.reset();
        }
        if (!wasGreeted) {
            notReached(why);
            return;
        }
        if (!closed && !why.refusal()) {
            log.info("{} lost the connection to {} at {}: {}", self, peer, address, why.text());
            saidWaiting = true;
        }
        sole.gone();
        failed(why);
    }

    private void notReached(DialFailure why) {
        sole.doesNotAnswer();
        failed(why);
    }

    private void failed(DialFailure why) {
        lastEnd = System.nanoTime();
        connection = new PeerConnection(address.toString(), false, why.text());
        if (closed) {
            return;
        }
        if (why.refusal()) {
            refusals.report(self + " cannot use " + peer + " at " + address + ": " + why.text());
        } else if (!saidWaiting) {
            saidWaiting = true;
            log.info("{} waits for {} at {}: {}", self, peer, address, why.text());
        } else {
            log.debug("{} still waits for {} at {}: {}", self, peer, address, why.text());
        }
        plan(backoff.next());
    }

    void close() {
        TransportThreads.run(loop, () -> {
            closed = true;
            if (nextAttempt != null) {
                nextAttempt.cancel(false);
                nextAttempt = null;
            }
            if (stream != null) {
                stream.end(DialFailure.unreachable(self + " is stopped"));
            }
            connection = new PeerConnection(address.toString(), false, self + " is stopped");
        });
    }
}
