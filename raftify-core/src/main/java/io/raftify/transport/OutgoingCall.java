package io.raftify.transport;

import com.google.protobuf.ByteString;
import io.raftify.transport.MemberTransport.Callback;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, over whichever transport, from when it is made until its callback has been called, which is once. After being
 * submitted, confined to one thread.
 */
public final class OutgoingCall {

    private static final Logger log = LoggerFactory.getLogger(OutgoingCall.class);

    private final int kind;
    private final int cost;
    private final long deadlineNanos;
    private final Callback callback;
    private ByteString payload;
    private @Nullable Future<?> timeout;
    private boolean ended;

    /**
     * A call that is about to be submitted.
     *
     * @param cost what it counts for while it waits, in bytes
     * @param deadlineNanos by {@link System#nanoTime()}
     */
    public OutgoingCall(int kind, ByteString payload, int cost, long deadlineNanos, Callback callback) {
        this.kind = kind;
        this.payload = payload;
        this.cost = cost;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
    }

    public int kind() {
        return kind;
    }

    public ByteString payload() {
        return payload;
    }

    /** What it counts for while it waits, in bytes. */
    public int cost() {
        return cost;
    }

    public long remainingNanos() {
        return deadlineNanos - System.nanoTime();
    }

    public boolean ended() {
        return ended;
    }

    /** Replaces the timeout that ran until now, if any. */
    public void timeout(@Nullable Future<?> running) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        timeout = running;
    }

    /** The payload is on its way: what waits for an answer needs no memory for it. */
    public void handedOver() {
        payload = ByteString.EMPTY;
    }

    public void answered(ByteString answer) {
        end(answer, null);
    }

    public void failed(CallFailure.Kind what, String message) {
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
