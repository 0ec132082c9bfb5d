package io.raftify.engine;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the engine's requests over the member's transport. */
final class MemberRpcClient implements RpcClient {

    private static final Logger log = LoggerFactory.getLogger(MemberRpcClient.class);

    private volatile @Nullable MemberServices services;
    private volatile @Nullable ReplicatorGroup replicators;

    @Override
    public boolean init(RpcOptions options) {
        MemberServices own = (MemberServices) ((NodeOptions) options).getServiceFactory();
        this.services = own;
        ReplicatorGroup group = replicators;
        if (group != null) {
            // A replicator whose peer was away starts again as soon as the peer is back, not at the next heartbeat.
            own.transport().onConnected(peer -> group.checkReplicator(EngineNames.peerId(peer), true));
        }
        return true;
    }

    @Override
    public void shutdown() {
        // The transport is the member's and is closed by it.
    }

    private MemberServices services() {
        MemberServices current = services;
        if (current == null) {
            throw new IllegalStateException("The engine used a client before it initialised it");
        }
        return current;
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        return services().transport().connected(endpoint.getIp());
    }

    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        return checkConnection(endpoint);
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        // Streams outlive leaders; the transport keeps one to every peer.
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup replicatorGroup) {
        // Comes before init(), when the transport is not known yet.
        this.replicators = replicatorGroup;
    }

    @Override
    public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMs)
            throws RemotingException {
        // Used by the engine for its ping alone, to find out whether there is a connection. It must not wait for one.
        if (checkConnection(endpoint)) {
            return ErrorResponse.newBuilder().setErrorCode(0).build();
        }
        String why = services().transport().connection(endpoint.getIp()).lastError();
        throw new RemotingException(why != null ? why : "not connected yet");
    }

    @Override
    public void invokeAsync(
            Endpoint endpoint, Object request, @Nullable InvokeContext context, InvokeCallback callback, long timeoutMs)
            throws RemotingException {
        MessageKind kind = MessageKind.of(request);
        if (kind == null) {
            throw new RemotingException(
                    "Not a request between members: " + request.getClass().getName());
        }
        MemberServices current = services();
        String refusal = current.participation().refusal();
        if (refusal != null) {
            throw new RemotingException(refusal);
        }
        String notYet = current.introductions().refusalOfOutgoing(endpoint.getIp(), request);
        if (notYet != null) {
            throw new RemotingException(notYet);
        }
        String parked = current.participation().parking().refusalOfOutgoing(request);
        if (parked != null) {
            throw new RemotingException(parked);
        }
        if (request instanceof RequestVoteRequest vote && !vote.getPreVote()) {
            String promised = current.promise().refusal();
            if (current.promise().askedByLeader(vote)) {
                kind = MessageKind.VOTE_AFTER_HAND_OVER;
            } else if (promised != null) {
                throw new RemotingException("no votes are asked for: " + promised);
            }
        }
        if (request instanceof TimeoutNowRequest handOver) {
            // Before anybody can act on it.
            current.lease().handsOver(handOver.getTerm());
        }
        LeaderLease.Sent sent = request instanceof AppendEntriesRequest append
                ? current.lease().sending(endpoint.getIp(), append.getTerm())
                : null;
        MessageKind sentAs = kind;
        MemberTransport.Callback onAnswer = (answer, failure) -> complete(sentAs, sent, callback, answer, failure);
        current.transport()
                .call(
                        endpoint.getIp(),
                        sentAs.number(),
                        ((Message) request).toByteString(),
                        Duration.ofMillis(timeoutMs),
                        onAnswer);
    }

    private static void complete(
            MessageKind kind,
            LeaderLease.@Nullable Sent sent,
            InvokeCallback callback,
            @Nullable ByteString answer,
            @Nullable CallFailure failure) {
        Object result = null;
        Throwable error = null;
        if (failure != null || answer == null) {
            String message = failure != null ? failure.message() : "no answer";
            error = failure != null && failure.kind() == CallFailure.Kind.TIMED_OUT
                    ? new InvokeTimeoutException(message)
                    : new RemotingException(message);
        } else {
            try {
                result = parse(kind, answer);
                if (sent != null && result instanceof AppendEntriesResponse taken) {
                    sent.answered(taken.getTerm());
                }
            } catch (InvalidProtocolBufferException notOurs) {
                error = new RemotingException("The answer could not be read: " + notOurs.getMessage(), notOurs);
            }
        }
        Object outcome = result;
        Throwable problem = error;
        Executor executor = callback.executor();
        try {
            if (executor != null) {
                executor.execute(() -> callback.complete(outcome, problem));
            } else {
                callback.complete(outcome, problem);
            }
        } catch (RejectedExecutionException closing) {
            log.debug("An answer came while the member was closing: {}", kind);
        }
    }

    private static Object parse(MessageKind kind, ByteString bytes) throws InvalidProtocolBufferException {
        EngineAnswer answer = EngineAnswer.parseFrom(bytes);
        if (answer.hasError()) {
            return ErrorResponse.newBuilder()
                    .setErrorCode(answer.getError().getCode())
                    .setErrorMsg(answer.getError().getText())
                    .build();
        }
        return kind.parseAnswer(answer.getMessage());
    }
}
