package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.engine.wire.EngineError;
import io.raftify.transport.MemberTransport;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the engine's answer to one request of a peer, and lets it out only while this member takes part. */
final class PeerAnswer implements RpcContext {

    private final String peer;
    private final MemberTransport.Responder responder;
    private final Supplier<@Nullable String> gate;
    private final AtomicBoolean answered = new AtomicBoolean();

    PeerAnswer(String peer, MemberTransport.Responder responder, Supplier<@Nullable String> gate) {
        this.peer = peer;
        this.responder = responder;
        this.gate = gate;
    }

    /** For a request whose handling failed, perhaps after it was answered. */
    void refuseUnlessAnswered(String reason) {
        if (answered.compareAndSet(false, true)) {
            responder.refuse(reason);
        }
    }

    @Override
    public void sendResponse(Object response) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("A request of " + peer + " was answered twice");
        }
        EngineAnswer.Builder answer = EngineAnswer.newBuilder();
        if (response instanceof ErrorResponse error) {
            answer.setError(
                    EngineError.newBuilder().setCode(error.getErrorCode()).setText(error.getErrorMsg()));
        } else {
            answer.setMessage(UnsafeByteOperations.unsafeWrap(((Message) response).toByteArray()));
        }
        // Asked last: whatever failed while the answer was being made must stop it (guard G2).
        String refusal = gate.get();
        if (refusal != null) {
            responder.refuse(refusal);
        } else {
            responder.answer(answer.build().toByteString());
        }
    }

    @Override
    public Connection getConnection() {
        throw new UnsupportedOperationException("Answers go back on the stream they came from");
    }

    @Override
    public String getRemoteAddress() {
        return peer;
    }
}
