package io.raftify.transport.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.raftify.transport.CallFailure;
import io.raftify.transport.OutgoingCall;
import io.raftify.transport.grpc.wire.Answer;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer with the one stream on it: greets, then carries calls there and answers back. Confined to
 * the link's event loop, which is also the connection's.
 */
final class OutgoingStream extends ClientCall.Listener<Frame> {

    /** Enough to keep the connection busy, little enough that calls which have to wait do so where they are counted. */
    static final int ON_READY_THRESHOLD = 256 << 10;

    /** Told about the life of the stream, on its loop. */
    interface Owner {

        void greeted(OutgoingStream stream, long incarnation);

        /** Called once; by then every call given to the stream has ended. */
        void ended(OutgoingStream stream, boolean wasGreeted, DialFailure why);

        /** A call no longer waits to be written. */
        void released(int cost);
    }

    private final String peer;
    private final EventLoop loop;
    private final ManagedChannel channel;
    private final Greeting greeting;
    private final Owner owner;
    private final ClientCall<Frame, Frame> stream;

    private final ArrayDeque<OutgoingCall> waiting = new ArrayDeque<>();
    private final Map<Long, OutgoingCall> handedOver = new HashMap<>();
    private @Nullable Future<?> greetingTimeout;
    private long lastId;
    private int peerTakesBytes;
    private boolean greeted;
    private boolean ended;

    OutgoingStream(String peer, EventLoop loop, ManagedChannel channel, Greeting greeting, Owner owner) {
        this.peer = peer;
        this.loop = loop;
        this.channel = channel;
        this.greeting = greeting;
        this.owner = owner;
        this.stream =
                channel.newCall(FrameMarshaller.EXCHANGE, CallOptions.DEFAULT.withOnReadyThreshold(ON_READY_THRESHOLD));
    }

    void open(long timeoutNanos) {
        greetingTimeout = loop.schedule(
                () -> end(DialFailure.unreachable(
                        "no greeting from " + peer + " within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms")),
                timeoutNanos,
                TimeUnit.NANOSECONDS);
        stream.start(this, new Metadata());
        stream.sendMessage(greeting.to(peer));
        stream.request(1);
    }

    /** Only after {@link Owner#greeted} and before {@link Owner#ended}. */
    void send(OutgoingCall call) {
        long remaining = call.remainingNanos();
        if (remaining <= 0) {
            owner.released(call.cost());
            call.failed(CallFailure.Kind.NOT_SENT, "the time for a call to " + peer + " was over before it was sent");
            return;
        }
        if (call.payload().size() > peerTakesBytes) {
            owner.released(call.cost());
            call.failed(
                    CallFailure.Kind.NOT_SENT,
                    "the message of " + call.payload().size() + " bytes is larger than " + peer + " takes, "
                            + peerTakesBytes
                            + " bytes; raftify.transport.max-frame-size should be the same everywhere");
            return;
        }
        if (waiting.isEmpty() && stream.isReady()) {
            write(call, remaining);
        } else {
            waiting.add(call);
            call.timeout(loop.schedule(() -> notWrittenInTime(call), remaining, TimeUnit.NANOSECONDS));
        }
    }

    private void write(OutgoingCall call, long remaining) {
        long id = ++lastId;
        handedOver.put(id, call);
        call.timeout(loop.schedule(() -> notAnsweredInTime(id), remaining, TimeUnit.NANOSECONDS));
        Frame frame = Frame.newBuilder()
                .setCall(Call.newBuilder()
                        .setId(id)
                        .setKind(call.kind())
                        .setPayload(call.payload())
                        .setTimeoutMillis((int) Math.min(Integer.MAX_VALUE, remaining / 1_000_000 + 1)))
                .build();
        call.handedOver();
        owner.released(call.cost());
        stream.sendMessage(frame);
    }

    private void notAnsweredInTime(long id) {
        OutgoingCall call = handedOver.remove(id);
        if (call != null) {
            call.failed(CallFailure.Kind.TIMED_OUT, peer + " did not answer in time");
        }
    }

    private void notWrittenInTime(OutgoingCall call) {
        if (call.ended()) {
            return;
        }
        owner.released(call.cost());
        call.failed(
                CallFailure.Kind.NOT_SENT,
                peer + " did not take the calls before this one in time, so it was not sent");
        while (!waiting.isEmpty() && waiting.element().ended()) {
            waiting.remove();
        }
    }

    @Override
    public void onReady() {
        onLoop(() -> {
            while (!waiting.isEmpty() && stream.isReady()) {
                OutgoingCall call = waiting.remove();
                if (!call.ended()) {
                    write(call, Math.max(1, call.remainingNanos()));
                }
            }
        });
    }

    @Override
    public void onMessage(Frame frame) {
        onLoop(() -> received(frame));
    }

    private void received(Frame frame) {
        if (ended) {
            return;
        }
        if (greeted && frame.hasAnswer()) {
            answered(frame.getAnswer());
        } else if (!greeted && frame.hasHello()) {
            greetedBy(frame.getHello());
        } else {
            end(DialFailure.refused("what answers there does not speak raftify's protocol"));
            return;
        }
        stream.request(1);
    }

    private void greetedBy(Hello hello) {
        Status refusal = greeting.refusalOfDialled(peer, hello);
        if (refusal != null) {
            end(DialFailure.of(refusal));
            return;
        }
        greeted = true;
        peerTakesBytes = hello.getMaxPayloadBytes();
        cancelGreetingTimeout();
        owner.greeted(this, hello.getIncarnation());
    }

    private void answered(Answer answer) {
        OutgoingCall call = handedOver.remove(answer.getId());
        if (call == null) {
            return; // it has timed out, and was told so
        }
        switch (answer.getOutcomeCase()) {
            case PAYLOAD -> call.answered(answer.getPayload());
            case REFUSAL ->
                call.failed(
                        CallFailure.Kind.REFUSED,
                        peer + " refused the call: " + ForeignText.printable(answer.getRefusal()));
            case OUTCOME_NOT_SET -> call.failed(CallFailure.Kind.UNKNOWN, peer + " sent an answer without an outcome");
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        onLoop(() -> {
            if (status.isOk()) {
                ended(DialFailure.unreachable(peer + " ended the stream"));
            } else {
                ended(greeted ? DialFailure.of(status) : DialFailure.beforeGreeting(status));
            }
        });
    }

    /** Ends stream and connection from this side. */
    void end(DialFailure why) {
        if (!ended) {
            // first: cancelling may call onClose at once, with a reason that says less
            ended(why);
            stream.cancel(why.text(), null);
        }
    }

    private void ended(DialFailure why) {
        if (ended) {
            return;
        }
        ended = true;
        cancelGreetingTimeout();
        channel.shutdownNow();
        for (OutgoingCall call : handedOver.values()) {
            call.failed(CallFailure.Kind.UNKNOWN, "the stream to " + peer + " broke: " + why.text());
        }
        handedOver.clear();
        for (OutgoingCall call : waiting) {
            if (!call.ended()) {
                owner.released(call.cost());
                call.failed(CallFailure.Kind.NOT_SENT, "the stream to " + peer + " broke: " + why.text());
            }
        }
        waiting.clear();
        owner.ended(this, greeted, why);
    }

    private void cancelGreetingTimeout() {
        if (greetingTimeout != null) {
            greetingTimeout.cancel(false);
        }
    }

    /** gRPC calls back on the connection's loop, which is this one, but does not promise it for a failed connection. */
    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            TransportThreads.run(loop, action);
        }
    }
}
