package io.raftify.transport.grpc;

import com.google.protobuf.ByteString;
import io.netty.util.concurrent.Future;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call from when it is made until its callback has been called. After being submitted, confined to one loop. */
final class OutgoingCall {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private final int kind;
    private final int cost;
    private final long deadlineNanos;
    private final Callback callback;
    private ByteString payload;
    private @Nullable Future<?> timeout;
    private boolean ended;

    OutgoingCall(int kind, ByteString payload, long deadlineNanos, Callback callback) {
        this.kind = kind;
        this.payload = payload;
        this.cost = TransportLimits.costOf(payload.size());
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
    }

    int kind() {
        return kind;
    }

    ByteString payload() {
        return payload;
    }

    /** What it counts for while it waits, in bytes. */
    int cost() {
        return cost;
    }

    long remainingNanos() {
        return deadlineNanos - System.nanoTime();
    }

    boolean ended() {
        return ended;
    }

    /** Replaces the timeout that ran until now, if any. */
    void timeout(Future<?> running) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        timeout = running;
    }

    /** The payload is on its way: what waits for an answer needs no memory for it. */
    void handedOver() {
        payload = ByteString.EMPTY;
    }

    void answered(ByteString answer) {
        end(answer, null);
    }

    void failed(CallFailure.Kind what, String message) {
        end(null, new CallFailure(what, message));
    }

    private void end(@Nullable ByteString answer, @Nullable CallFailure failure) {
        if (ended) {
            return;
        }
        ended = true;
        payload = ByteString.EMPTY;
        if (timeout != null) {
            timeout.cancel(false);
        }
        try {
            callback.complete(answer, failure);
        } catch (RuntimeException e) {
            // Its end is reached either way; other calls on this thread must not suffer.
            log.error("A callback for a call of kind {} failed", kind, e);
        }
    }
}
