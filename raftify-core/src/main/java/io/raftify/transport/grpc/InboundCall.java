package io.raftify.transport.grpc;

import com.google.protobuf.ByteString;
import io.raftify.transport.MemberTransport.Responder;
import io.raftify.transport.grpc.wire.Answer;
import io.raftify.transport.grpc.wire.Call;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call of a peer that the handler has, and where its answer goes. */
final class InboundCall implements Responder {

    /** A caller that names no time or a very long one does not keep its place for longer. */
    private static final long LONGEST_NANOS = 600_000_000_000L;

    private final InboundStream stream;
    private final long id;
    private final int cost;
    private final int maxPayloadBytes;
    private final long givenUpAt;
    private final AtomicBoolean answered = new AtomicBoolean();

    InboundCall(InboundStream stream, Call call, int maxPayloadBytes) {
        this.stream = stream;
        this.id = call.getId();
        this.cost = TransportLimits.costOf(call.getPayload().size());
        this.maxPayloadBytes = maxPayloadBytes;
        long named = Integer.toUnsignedLong(call.getTimeoutMillis()) * 1_000_000;
        this.givenUpAt = System.nanoTime() + (named == 0 ? LONGEST_NANOS : Math.min(named, LONGEST_NANOS));
    }

    int cost() {
        return cost;
    }

    /** Whether the caller no longer waits. */
    boolean givenUp(long now) {
        return now - givenUpAt >= 0;
    }

    @Override
    public void answer(ByteString payload) {
        once();
        if (payload.size() > maxPayloadBytes) {
            send(refusal("the answer of " + payload.size() + " bytes is larger than raftify.transport.max-frame-size, "
                    + maxPayloadBytes + " bytes"));
        } else {
            send(Answer.newBuilder().setId(id).setPayload(payload).build());
        }
    }

    @Override
    public void refuse(String reason) {
        once();
        send(refusal(reason));
    }

    private void send(Answer answer) {
        stream.answer(this, answer);
    }

    Answer refusal(String reason) {
        String shortened = reason.length() <= TransportLimits.LONGEST_REFUSAL
                ? reason
                : reason.substring(0, TransportLimits.LONGEST_REFUSAL) + "…";
        return Answer.newBuilder().setId(id).setRefusal(shortened).build();
    }

    boolean answered() {
        return answered.get();
    }

    private void once() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the call has been answered already");
        }
    }
}
