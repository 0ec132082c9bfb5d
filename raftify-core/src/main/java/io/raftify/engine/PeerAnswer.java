package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.engine.wire.EngineError;
import io.raftify.transport.MemberTransport;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the engine's answer to one request of a peer, and lets it out only while this member takes part. */
final class PeerAnswer implements RpcContext {

    private final String peer;
    private final MemberTransport.Responder responder;
    private final Supplier<@Nullable String> gate;
    private final LongSupplier storedTerm;
    private final AtomicBoolean answered = new AtomicBoolean();

    PeerAnswer(
            String peer,
            MemberTransport.Responder responder,
            Supplier<@Nullable String> gate,
            LongSupplier storedTerm) {
        this.peer = peer;
        this.responder = responder;
        this.gate = gate;
        this.storedTerm = storedTerm;
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
        if (refusal == null && promisedIn(response) > storedTerm.getAsLong()) {
            refusal = "its term is not on disk yet";
        }
        if (refusal != null) {
            responder.refuse(refusal);
        } else {
            responder.answer(answer.build().toByteString());
        }
    }

    /**
     * The term in which the answer promises something; 0 if it promises nothing. The engine raises its term before it stores
     * it when it stands for election, and may take an append in between; the term must be stored first (paper, figure 2).
     */
    private static long promisedIn(Object response) {
        if (response instanceof AppendEntriesResponse append && append.getSuccess()) {
            return append.getTerm();
        }
        if (response instanceof InstallSnapshotResponse install && install.getSuccess()) {
            return install.getTerm();
        }
        return response instanceof RequestVoteResponse vote && vote.getGranted() ? vote.getTerm() : 0;
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
