package io.raftify.transport.inprocess;

import com.google.protobuf.ByteString;
import io.raftify.transport.MemberTransport.Responder;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A call that a peer has, and the way of its answer back. From any thread. */
final class InboundCall implements Responder {

    private final Connection connection;
    private final Link caller;
    private final long id;
    private final AtomicBoolean answered = new AtomicBoolean();

    InboundCall(Connection connection, Link caller, long id) {
        this.connection = connection;
        this.caller = caller;
        this.id = id;
    }

    @Override
    public void answer(ByteString payload) {
        once();
        int limit = Math.min(connection.peer().maxFrameSize(), caller.owner().maxFrameSize());
        if (payload.size() > limit) {
            send(
                    null,
                    "the answer of " + payload.size() + " bytes is larger than raftify.transport.max-frame-size, "
                            + limit + " bytes");
        } else {
            send(payload, null);
        }
    }

    @Override
    public void refuse(String reason) {
        once();
        send(null, reason);
    }

    boolean answered() {
        return answered.get();
    }

    private void send(@Nullable ByteString payload, @Nullable String refusal) {
        InProcessMemberTransport back = caller.owner();
        int cost = Wire.costOf(payload != null ? payload : ByteString.EMPTY);
        connection
                .peer()
                .network()
                .wire(connection.peer().nodeId(), back.nodeId())
                .carry(back, cost, () -> {
                    if (connection.isOpen()) {
                        caller.answered(connection, id, payload, refusal);
                    }
                });
    }

    private void once() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the call has been answered already");
        }
    }
}
