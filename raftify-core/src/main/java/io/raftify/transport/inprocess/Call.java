package io.raftify.transport.inprocess;

import com.google.protobuf.ByteString;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call from when it is made until its callback has been called. Confined to the caller's thread. */
final class Call {

    private static final Logger log = LoggerFactory.getLogger(Call.class);

    /** Without it, calls without a payload would not be bounded. */
    private static final int OVERHEAD = 128;

    private final int kind;
    private final int cost;
    private final long deadlineNanos;
    private final MemberTransport.Callback callback;
    private ByteString payload;
    private @Nullable Future<?> timeout;
    private boolean ended;

    Call(int kind, ByteString payload, long deadlineNanos, MemberTransport.Callback callback) {
        this.kind = kind;
        this.payload = payload;
        this.cost = costOf(payload);
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
    }

    static int costOf(ByteString payload) {
        return payload.size() + OVERHEAD;
    }

    int kind() {
        return kind;
    }

    ByteString payload() {
        return payload;
    }

    int cost() {
        return cost;
    }

    long remainingNanos() {
        return deadlineNanos - System.nanoTime();
    }

    /** Replaces the timeout that ran until now, if any. */
    void timeout(@Nullable Future<?> running) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        timeout = running;
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
