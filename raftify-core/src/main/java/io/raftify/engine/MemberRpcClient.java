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
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the engine's requests over the member's transport. */
final class MemberRpcClient implements RpcClient {

    private static final Logger log = LoggerFactory.getLogger(MemberRpcClient.class);

    /**
     * Held while the answer to a heartbeat is given to the engine. For a read round the engine sends all peers heartbeats with
     * one closure, puts an answer into it and then runs it: a second answer in between would be counted twice, and the
     * other one, perhaps a no, never.
     */
    private final Object heartbeatAnswers = new Object();

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
        throw failed(why != null ? why : "not connected yet");
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
            throw failed(refusal);
        }
        String notYet = current.introductions().refusalOfOutgoing(endpoint.getIp(), request);
        if (notYet != null) {
            throw failed(notYet);
        }
        String parked = current.participation().parking().refusalOfOutgoing(request);
        if (parked != null) {
            throw failed(parked);
        }
        if (request instanceof RequestVoteRequest vote && !vote.getPreVote()) {
            String promised = current.promise().refusal();
            if (current.promise().askedByLeader(vote)) {
                kind = MessageKind.VOTE_AFTER_HAND_OVER;
            } else if (promised != null) {
                throw failed("no votes are asked for: " + promised);
            }
        }
        if (request instanceof TimeoutNowRequest handOver) {
            // Before anybody can act on it.
            current.lease().handsOver(handOver.getTerm());
        }
        MessageKind sentAs = kind;
        UnaryOperator<Object> reading = reading(current, endpoint.getIp(), request);
        InvokeCallback given = isHeartbeat(request) ? oneAtATime(callback) : callback;
        MemberTransport.Callback onAnswer = (answer, failure) -> complete(sentAs, reading, given, answer, failure);
        current.transport()
                .call(
                        endpoint.getIp(),
                        sentAs.number(),
                        ((Message) request).toByteString(),
                        Duration.ofMillis(timeoutMs),
                        onAnswer);
    }

    private InvokeCallback oneAtATime(InvokeCallback callback) {
        return new InvokeCallback() {
            @Override
            public void complete(@Nullable Object result, @Nullable Throwable failure) {
                if (failure != null) {
                    // Puts nothing into the closure, and may come while the engine holds locks of its own.
                    callback.complete(result, failure);
                    return;
                }
                synchronized (heartbeatAnswers) {
                    callback.complete(result, null);
                }
            }

            @Override
            public @Nullable Executor executor() {
                return callback.executor();
            }
        };
    }

    private static boolean isHeartbeat(Object request) {
        return request instanceof AppendEntriesRequest append && append.getEntriesCount() == 0 && !append.hasData();
    }

    /** The engine takes the text for a format, and what a peer or a disk says may have a percent sign in it. */
    private static String unformatted(String text) {
        return text.replace('%', '\uFF05');
    }

    private static RemotingException failed(String why) {
        return new RemotingException(unformatted(why));
    }

    /** What becomes of an answer before the engine sees it. To be asked for before the request is sent. */
    private static UnaryOperator<Object> reading(MemberServices services, String peer, Object request) {
        if (request instanceof AppendEntriesRequest append) {
            LeaderLease.Sent sent = services.lease().sending(peer, append.getTerm());
            return answer -> {
                if (answer instanceof AppendEntriesResponse taken) {
                    sent.answered(taken.getTerm());
                }
                return answer;
            };
        }
        if (request instanceof RequestVoteRequest vote && vote.getPreVote()) {
            // A leader was heard meanwhile: the engine would begin an election all the same, and end that leader's
            // term.
            return answer -> answer instanceof RequestVoteResponse granted
                            && granted.getGranted()
                            && services.promise().refusal() != null
                    ? granted.toBuilder().setGranted(false).build()
                    : answer;
        }
        return answer -> answer;
    }

    private static void complete(
            MessageKind kind,
            UnaryOperator<Object> reading,
            InvokeCallback callback,
            @Nullable ByteString answer,
            @Nullable CallFailure failure) {
        Object result = null;
        Throwable error = null;
        if (failure != null || answer == null) {
            String message = failure != null ? failure.message() : "no answer";
            error = failure != null && failure.kind() == CallFailure.Kind.TIMED_OUT
                    ? new InvokeTimeoutException(unformatted(message))
                    : failed(message);
        } else {
            try {
                result = reading.apply(parse(kind, answer));
            } catch (InvalidProtocolBufferException notOurs) {
                error = failed("The answer could not be read: " + notOurs.getMessage());
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
                    .setErrorMsg(unformatted(answer.getError().getText()))
                    .build();
        }
        return kind.parseAnswer(answer.getMessage());
    }
}
