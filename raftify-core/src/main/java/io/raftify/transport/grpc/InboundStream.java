package io.raftify.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.util.concurrent.Future;
import io.raftify.transport.grpc.wire.Answer;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream that a peer has opened to this member: checks who it is, hands its calls to the handler in their order,
 * and carries the answers back. gRPC calls the listener's methods one at a time; answers come from any thread.
 */
final class InboundStream extends ServerCall.Listener<Frame> {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private final ServerCall<Frame, Frame> stream;
    private final InboundStreams home;
    private final String remote;

    // written once, before the first call is read
    private volatile @Nullable String peer;
    private volatile @Nullable PeerGate gate;
    private volatile int peerTakesBytes;

    // guarded by lock, as is every use of stream
    private final Object lock = new Object();
    private final Set<InboundCall> open = new HashSet<>();
    private long openBytes;
    private final ArrayDeque<Written> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean paused;
    private boolean ended;
    private @Nullable Future<?> timer;

    private record Written(InboundCall call, Frame frame, int cost) {}

    InboundStream(ServerCall<Frame, Frame> stream, InboundStreams home, String remote) {
        this.stream = stream;
        this.home = home;
        this.remote = remote;
    }

    void start() {
        synchronized (lock) {
            stream.setOnReadyThreshold(OutgoingStream.ON_READY_THRESHOLD);
            timer = home.later(
                    () -> end(Status.DEADLINE_EXCEEDED.withDescription("no greeting in time")),
                    home.limits().greetingTimeout());
            stream.request(1);
        }
    }

    @Override
    public void onMessage(Frame frame) {
        String name = peer;
        PeerGate entered = gate;
        if (entered == null && frame.hasHello()) {
            greetedBy(frame.getHello());
        } else if (entered != null && name != null && frame.hasCall()) {
            called(entered, name, frame.getCall());
        } else {
            refuse(
                    name == null ? remote : name + " at " + remote,
                    Status.INVALID_ARGUMENT.withDescription(
                            entered == null
                                    ? "the first frame must be a greeting of raftify's protocol"
                                    : "a frame that is no call of raftify's protocol"));
        }
    }

    private void greetedBy(Hello hello) {
        Status refusal = home.refusalOf(hello, stream.getAttributes());
        if (refusal != null) {
            refuse(hello, refusal);
            return;
        }
        // Nothing more is read of it before that is decided.
        home.called(hello.getNodeId(), hello.getIncarnation(), second -> {
            if (second == null) {
                welcome(hello);
            } else {
                turnAway(hello, second);
            }
        });
    }

    private void turnAway(Hello hello, Status second) {
        synchronized (lock) {
            if (ended) {
                // As of a process that has been restarted since: nothing to speak of.
                return;
            }
        }
        refuse(hello, second);
    }

    private void refuse(Hello hello, Status why) {
        refuse(remote + " (calls itself " + ForeignText.printable(hello.getNodeId()) + ")", why);
    }

    private void welcome(Hello hello) {
        String name = hello.getNodeId();
        PeerGate entered = home.gateOf(name);
        synchronized (lock) {
            if (ended) {
                return;
            }
            stopTimer();
            stream.sendHeaders(new Metadata());
            stream.sendMessage(home.greetingTo(name));
        }
        peerTakesBytes = Math.min(hello.getMaxPayloadBytes(), home.limits().maxPayloadBytes());
        peer = name;
        gate = entered;
        entered.enter(this);
        log.debug("{} has connected from {}", name, remote);
        synchronized (lock) {
            if (ended) {
                // It ended before it could be seen at the gate.
                entered.leave(this);
                return;
            }
            stream.request(1);
        }
    }

    private void called(PeerGate entered, String name, Call call) {
        InboundCall inbound = new InboundCall(this, call, peerTakesBytes);
        synchronized (lock) {
            if (ended) {
                return;
            }
            open.add(inbound);
            openBytes += inbound.cost();
        }
        entered.deliver(this, () -> home.deliver(name, call, inbound));
        synchronized (lock) {
            readOn();
        }
    }

    /** The peer's next call is read only if there is room for it: TCP then holds the peer back. */
    private void readOn() {
        if (ended) {
            return;
        }
        if (hasRoom()) {
            paused = false;
            stopTimer();
            stream.request(1);
        } else if (!paused) {
            paused = true;
            awaitGivenUp();
        }
    }

    private boolean hasRoom() {
        TransportLimits limits = home.limits();
        return open.size() < limits.maxOpenCalls()
                && openBytes < limits.maxOpenBytes()
                // so that no call is read whose answer might find no room
                && waitingBytes + TransportLimits.costOf(peerTakesBytes) <= limits.maxWaitingBytes();
    }

    /** Calls that the handler never answers must not close the stream for good: they count until their timeout. */
    private void awaitGivenUp() {
        timer = home.later(
                () -> {
                    synchronized (lock) {
                        if (ended || !paused) {
                            return;
                        }
                        long now = System.nanoTime();
                        open.removeIf(call -> call.givenUp(now) && !call.answered());
                        openBytes = open.stream().mapToLong(InboundCall::cost).sum();
                        if (hasRoom()) {
                            readOn();
                        } else {
                            awaitGivenUp();
                        }
                    }
                },
                home.limits().shortestBackoff());
    }

    /** From any thread. */
    void answer(InboundCall call, Answer answer) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            int cost = TransportLimits.costOf(answer.getPayload().size());
            if (waiting.isEmpty() && stream.isReady()) {
                write(new Written(call, frameOf(answer), 0));
            } else if (waitingBytes + cost > home.limits().maxWaitingBytes() && answer.hasPayload()) {
                waiting.add(new Written(call, frameOf(call.refusal("too many answers are waiting to be sent")), 0));
            } else {
                waitingBytes += cost;
                waiting.add(new Written(call, frameOf(answer), cost));
            }
        }
    }

    private static Frame frameOf(Answer answer) {
        return Frame.newBuilder().setAnswer(answer).build();
    }

    private void write(Written written) {
        stream.sendMessage(written.frame());
        waitingBytes -= written.cost();
        if (open.remove(written.call())) {
            openBytes -= written.call().cost();
        }
        if (paused && hasRoom()) {
            readOn();
        }
    }

    @Override
    public void onReady() {
        synchronized (lock) {
            while (!ended && !waiting.isEmpty() && stream.isReady()) {
                write(waiting.remove());
            }
        }
    }

    @Override
    public void onHalfClose() {
        end(Status.OK);
    }

    @Override
    public void onCancel() {
        gone();
    }

    @Override
    public void onComplete() {
        gone();
    }

    private void refuse(String who, Status why) {
        home.report(who, why);
        end(why);
    }

    /** The peer has opened another stream. */
    void replaced() {
        end(Status.ABORTED.withDescription("replaced by a newer stream of the same member"));
    }

    void end(Status why) {
        synchronized (lock) {
            if (!ended) {
                ended = true;
                stream.close(why, new Metadata());
            }
        }
        gone();
    }

    private void gone() {
        synchronized (lock) {
            ended = true;
            stopTimer();
            open.clear();
            waiting.clear();
        }
        PeerGate entered = gate;
        if (entered != null) {
            entered.leave(this);
        }
        home.forget(this);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
