package io.raftify.transport;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A transport whose network to each peer can be made worse, and better again. What is lost is lost silently, as behind a
 * pulled cable: the call ends by its timeout, and {@link #connected} does not change. Calls and answers that are not
 * lost keep their order, also when delayed, unless reordering is asked for. Wrap the transport of one member only, or of several: a one-way cut on one
 * side is enough.
 */
public final class FaultyTransport implements MemberTransport {

    /** No kind of call. */
    private static final int NONE = -1;

    private final MemberTransport real;

    private volatile int unknown = NONE;

    /** From now on the member answers calls of that kind as one of a version before it. */
    public void doesNotKnow(int kind) {
        unknown = kind;
    }

    private final Random random;
    private final Map<String, Wire> wires = new ConcurrentHashMap<>();
    private final Map<Integer, LongAdder> calls = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor timer;
    private volatile boolean closed;

    /** @param seed of what is dropped; print it */
    public FaultyTransport(MemberTransport real, long seed) {
        this.real = real;
        this.random = new Random(seed);
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "raftify-faulty-transport");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        real.onConnected(peer -> listeners.forEach(listener -> listener.accept(peer)));
    }

    /** Nothing reaches the peer and nothing of it arrives. */
    public void cut(String peer) {
        cutOutgoing(peer);
        cutIncoming(peer);
    }

    /** Calls to the peer and answers to its calls are lost. */
    public void cutOutgoing(String peer) {
        wire(peer).outgoingCut = true;
    }

    /** The peer's calls and its answers are lost. */
    public void cutIncoming(String peer) {
        wire(peer).incomingCut = true;
    }

    /** Calls of these kinds to the peer are lost, besides what else is. */
    public void lose(String peer, IntPredicate kinds) {
        wire(peer).lost = kinds;
    }

    /** A bit of the peer's next answer to a call of this kind is flipped on the way. */
    public void corruptNextAnswer(String peer, int kind) {
        wire(peer).corrupted.set(kind);
    }

    /** How many calls of this kind were made to any peer, whether or not they arrived. */
    public long calls(int kind) {
        LongAdder made = calls.get(kind);
        return made == null ? 0 : made.sum();
    }

    /** Calls to the peer, and answers to its calls, take so much longer. */
    public void delay(String peer, Duration delay) {
        wire(peer).delayNanos = delay.toNanos();
    }

    /** Each call to the peer, and each answer to one of its calls, is lost with this probability. */
    public void drop(String peer, double probability) {
        wire(peer).dropProbability = probability;
    }

    /**
     * Each call of these kinds to the peer arrives twice with this probability; the answer to the second one is not
     * waited for.
     */
    public void duplicate(String peer, IntPredicate kinds, double probability) {
        Wire wire = wire(peer);
        wire.duplicated = kinds;
        wire.duplicateProbability = probability;
    }

    /** Each call to the peer, and each answer to one of its calls, comes so much too late with this probability. */
    public void reorder(String peer, double probability, Duration late) {
        Wire wire = wire(peer);
        wire.lateNanos = late.toNanos();
        wire.reorderProbability = probability;
    }

    /** Ends every fault towards the peer. */
    public void heal(String peer) {
        Wire wire = wire(peer);
        wire.duplicateProbability = 0;
        wire.reorderProbability = 0;
        wire.lost = kind -> false;
        wire.outgoingCut = false;
        wire.incomingCut = false;
        wire.delayNanos = 0;
        wire.dropProbability = 0;
    }

    public void healAll() {
        wires.keySet().forEach(this::heal);
    }

    /**
     * As if the connections to and from the peer were reset and opened again at once: calls in flight to it end as
     * unknown, answers to its calls are lost, and listeners hear of a new connection.
     */
    public void breakStream(String peer) {
        Wire wire = wire(peer);
        wire.generation++;
        for (Flight flight : wire.flights) {
            timer.execute(() -> flight.end(
                    null,
                    new CallFailure(CallFailure.Kind.UNKNOWN, "the stream to " + peer + " was broken by a test")));
        }
        if (real.connected(peer)) {
            timer.execute(() -> listeners.forEach(listener -> listener.accept(peer)));
        }
    }

    @Override
    public void start(InboundHandler handler) {
        real.start((peer, kind, payload, responder) -> {
            Wire wire = wire(peer);
            if (kind == unknown) {
                responder.refuse("this member does not know calls of kind " + kind + "; it may be an older version");
            } else if (!wire.incomingCut) {
                handler.receive(peer, kind, payload, new FaultyResponder(wire, responder));
            }
        });
    }

    @Override
    public void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback) {
        if (closed) {
            real.call(peer, kind, payload, timeout, callback);
            return;
        }
        calls.computeIfAbsent(kind, any -> new LongAdder()).increment();
        Wire wire = wire(peer);
        Flight flight = new Flight(wire, callback);
        wire.flights.add(flight);
        flight.timeoutAfter(timeout, peer);
        if (wire.lost.test(kind)) {
            return;
        }
        wire.send(() -> real.call(peer, kind, payload, timeout, (answer, failure) -> {
            boolean timedOut = failure != null && failure.kind() == CallFailure.Kind.TIMED_OUT;
            boolean lost = wire.incomingCut && failure == null;
            if (!timedOut && !lost) {
                boolean corrupt = answer != null && wire.corrupted.compareAndSet(kind, NONE);
                flight.end(corrupt ? flipped(answer) : answer, failure);
            }
        }));
        if (wire.duplicated.test(kind) && happens(wire.duplicateProbability)) {
            wire.send(() -> real.call(peer, kind, payload, timeout, (answer, failure) -> {}));
        }
    }

    @Override
    public boolean connected(String peer) {
        return real.connected(peer);
    }

    @Override
    public PeerConnection connection(String peer) {
        return real.connection(peer);
    }

    @Override
    public void onConnected(Consumer<String> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdown();
        real.close();
        for (Wire wire : wires.values()) {
            for (Flight flight : wire.flights) {
                flight.end(null, new CallFailure(CallFailure.Kind.UNKNOWN, "the transport was closed"));
            }
        }
    }

    private Wire wire(String peer) {
        return wires.computeIfAbsent(peer, name -> new Wire());
    }

    /** What leaves this member for one peer. */
    private final class Wire {

        private final Set<Flight> flights = ConcurrentHashMap.newKeySet();
        private volatile boolean outgoingCut;
        private volatile boolean incomingCut;
        private volatile long delayNanos;
        private volatile double dropProbability;
        private volatile double duplicateProbability;
        private volatile IntPredicate duplicated = kind -> true;
        private volatile IntPredicate lost = kind -> false;
        private volatile double reorderProbability;
        private volatile long lateNanos;
        private volatile int generation;
        private final AtomicInteger corrupted = new AtomicInteger(NONE);
        private long lastArrival = System.nanoTime();
        private final ArrayDeque<Delivery> underWay = new ArrayDeque<>();

        void send(Runnable delivery) {
            if (outgoingCut || happens(dropProbability)) {
                return;
            }
            int sentIn = generation;
            if (happens(reorderProbability)) {
                try {
                    timer.schedule(
                            () -> {
                                if (sentIn == generation && !outgoingCut) {
                                    delivery.run();
                                }
                            },
                            lateNanos,
                            TimeUnit.NANOSECONDS);
                } catch (RejectedExecutionException closing) {
                    // lost with the transport
                }
                return;
            }
            synchronized (this) {
                if (delayNanos > 0 || !underWay.isEmpty()) {
                    // behind what is still under way, also if the delay has just become shorter
                    long now = System.nanoTime();
                    lastArrival = Math.max(lastArrival, now + delayNanos);
                    underWay.add(new Delivery(sentIn, delivery));
                    try {
                        timer.schedule(this::nextArrives, lastArrival - now, TimeUnit.NANOSECONDS);
                    } catch (RejectedExecutionException closing) {
                        underWay.removeLast(); // lost with the transport
                    }
                    return;
                }
            }
            delivery.run();
        }

        /** The first under way, whichever timer rings: two that are due together may ring in any order. */
        private void nextArrives() {
            Delivery first;
            synchronized (this) {
                first = underWay.element();
            }
            if (first.generation() == generation && !outgoingCut) {
                first.action().run();
            }
            // Only now, so that what is sent meanwhile does not overtake it.
            synchronized (this) {
                underWay.remove();
            }
        }
    }

    private static ByteString flipped(ByteString answer) {
        byte[] bytes = answer.toByteArray();
        bytes[bytes.length / 2] ^= 1;
        return ByteString.copyFrom(bytes);
    }

    private boolean happens(double probability) {
        if (probability <= 0) {
            return false;
        }
        synchronized (random) {
            return random.nextDouble() < probability;
        }
    }

    /** What is on the wire. */
    private record Delivery(int generation, Runnable action) {}

    /** A call that has not ended. */
    private final class Flight {

        private final Wire wire;
        private final Callback callback;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable Future<?> running;

        Flight(Wire wire, Callback callback) {
            this.wire = wire;
            this.callback = callback;
        }

        void timeoutAfter(Duration timeout, String peer) {
            CallFailure failure = new CallFailure(CallFailure.Kind.TIMED_OUT, peer + " did not answer in time");
            try {
                running = timer.schedule(() -> end(null, failure), timeout.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closing) {
                end(null, new CallFailure(CallFailure.Kind.NOT_SENT, "the transport is closed"));
            }
        }

        void end(@Nullable ByteString answer, @Nullable CallFailure failure) {
            if (ended.compareAndSet(false, true)) {
                Future<?> timeout = running;
                if (timeout != null) {
                    timeout.cancel(false);
                }
                wire.flights.remove(this);
                callback.complete(answer, failure);
            }
        }
    }

    private static final class FaultyResponder implements Responder {

        private final Wire wire;
        private final int generation;
        private final Responder real;

        FaultyResponder(Wire wire, Responder real) {
            this.wire = wire;
            this.generation = wire.generation;
            this.real = real;
        }

        @Override
        public void answer(ByteString payload) {
            if (generation == wire.generation) {
                wire.send(() -> real.answer(payload));
            }
        }

        @Override
        public void refuse(String reason) {
            if (generation == wire.generation) {
                wire.send(() -> real.refuse(reason));
            }
        }
    }
}
