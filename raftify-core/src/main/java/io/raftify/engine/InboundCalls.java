package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.storage.FileService;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.raftify.transport.MemberTransport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the calls of peers to the engine's node, without the engine's own request processors.
 *
 * <p>Guard G1. The engine's processor for appends numbers requests and holds answers back until all earlier ones are
 * there; after a reconnect, late answers of the old connection fall into the numbering of the new one and every later
 * answer waits for ever. Here each peer has one lane, in which its appends are handled in the order of its stream, and
 * every answer goes out when it is ready: the leader's replicator puts them in order itself.
 *
 * <p>Every request and every answer passes {@link Participation} (guards G2 and G3), every request {@link
 * Introductions}, {@link Parking} and {@link DiskRoom}.
 */
final class InboundCalls implements MemberTransport.InboundHandler, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InboundCalls.class);

    private final NodeImpl node;
    private final Participation participation;
    private final Introductions introductions;
    private final LeaderPromise promise;
    private final DiskRoom room;
    private final MemberParts.AppendHandler appends;
    private final ReadIndexHandler reads;
    private final MemberTransport.InboundHandler own;
    private final LongSupplier storedTerm;
    private final String memberId;
    private final Map<String, ExecutorService> appendLanes = new ConcurrentHashMap<>();

    /** Votes wait for the log to be on disk, so they must not hold up anything else. */
    private final ExecutorService votes;

    /** An install waits until the whole snapshot is fetched; a second one must be able to replace the first. */
    private final ExecutorService installs;

    private final ExecutorService files;

    /** Takes the questions of members for a read index; must not block. */
    @FunctionalInterface
    interface ReadIndexHandler {

        void handle(ReadIndexRequest request, RpcRequestClosure done);
    }

    /** @param own takes the calls that are not the engine's; must not block */
    InboundCalls(
            String memberId,
            NodeImpl node,
            Participation participation,
            Introductions introductions,
            LeaderPromise promise,
            DiskRoom room,
            MemberParts.AppendHandler appends,
            ReadIndexHandler reads,
            MemberTransport.InboundHandler own,
            LongSupplier storedTerm) {
        this.storedTerm = storedTerm;
        this.promise = promise;
        this.room = room;
        this.appends = appends;
        this.reads = reads;
        this.memberId = memberId;
        this.node = node;
        this.participation = participation;
        this.introductions = introductions;
        this.own = own;
        this.votes = MemberThreads.pool(memberId + "-votes", 2, 256);
        this.installs = MemberThreads.pool(memberId + "-install", 2, 16);
        this.files = MemberThreads.pool(memberId + "-files", 1, 256);
    }

    @Override
    public void receive(String peer, int number, ByteString payload, MemberTransport.Responder responder) {
        MessageKind kind = MessageKind.of(number);
        if (kind == null) {
            responder.refuse("this member does not know calls of kind " + number + "; it may be an older version");
            return;
        }
        String refusal = participation.refusal();
        if (refusal != null && kind != MessageKind.PROPOSE && kind != MessageKind.REPORT) {
            responder.refuse(refusal);
            return;
        }
        try {
            switch (kind) {
                case PROPOSE, REPORT, GIVE_UP -> own.receive(peer, number, payload, responder);
                case APPEND -> lane(peer).execute(() -> handle(peer, kind, payload, responder));
                case VOTE, VOTE_AFTER_HAND_OVER, TIMEOUT_NOW ->
                    votes.execute(() -> handle(peer, kind, payload, responder));
                case READ_INDEX -> handle(peer, kind, payload, responder);
                case INSTALL_SNAPSHOT -> installs.execute(() -> handle(peer, kind, payload, responder));
                case GET_FILE -> files.execute(() -> handle(peer, kind, payload, responder));
            }
        } catch (RejectedExecutionException full) {
            responder.refuse("too many calls of kind " + kind + " are waiting");
        }
    }

    private ExecutorService lane(String peer) {
        return appendLanes.computeIfAbsent(peer, name -> MemberThreads.lane(memberId + "-append-from-" + name));
    }

    private void handle(String peer, MessageKind kind, ByteString payload, MemberTransport.Responder responder) {
        Message request;
        try {
            request = kind.parseRequest(payload);
        } catch (InvalidProtocolBufferException malformed) {
            log.warn("Refused a {} of member {} that could not be read: {}", kind, peer, malformed.getMessage());
            responder.refuse("the " + kind + " could not be read: " + malformed.getMessage());
            return;
        }
        String notYet = introductions.refusalOfIncoming(peer, request);
        if (notYet == null) {
            notYet = participation.parking().refusalOfIncoming(request);
        }
        if (notYet == null) {
            notYet = room.refusalOfIncoming(request);
        }
        if (notYet != null) {
            responder.refuse(notYet);
            return;
        }
        Supplier<@Nullable String> gate = participation::refusal;
        PeerAnswer answer = new PeerAnswer(peer, responder, gate, storedTerm);
        try {
            Message ready = dispatch(kind, request, new RpcRequestClosure(answer));
            if (ready != null) {
                answer.sendResponse(ready);
            }
        } catch (RuntimeException unexpected) {
            String refusal = participation.refusal();
            if (refusal != null) {
                // It came in just before the member began to stop, and found the engine half gone.
                answer.refuseUnlessAnswered(refusal);
                return;
            }
            log.warn("The engine could not handle a {} of member {}", kind, peer, unexpected);
            answer.refuseUnlessAnswered("the " + kind + " could not be handled: " + unexpected);
        }
    }

    private @Nullable Message dispatch(MessageKind kind, Message request, RpcRequestClosure done) {
        if (request instanceof AppendEntriesRequest append) {
            promise.heard(append.getTerm());
            return appends.handle(node, append, done);
        }
        if (request instanceof RequestVoteRequest vote) {
            return vote(kind, vote);
        }
        if (request instanceof ReadIndexRequest read) {
            reads.handle(read, done);
            return null;
        }
        if (request instanceof InstallSnapshotRequest install) {
            return node.handleInstallSnapshot(install, done);
        }
        if (request instanceof TimeoutNowRequest timeoutNow) {
            promise.handedOver(timeoutNow.getTerm());
            return node.handleTimeoutNowRequest(timeoutNow, done);
        }
        return FileService.getInstance().handleGetFile((GetFileRequest) request, done);
    }

    private Message vote(MessageKind kind, RequestVoteRequest vote) {
        boolean released = kind == MessageKind.VOTE_AFTER_HAND_OVER;
        if (!released && promise.refusal() != null) {
            return notGranted(vote);
        }
        Message answer = vote.getPreVote() ? node.handlePreVoteRequest(vote) : node.handleRequestVoteRequest(vote);
        // Once more: had a leader's append been taken meanwhile, but before the vote, this member would now break the
        // promise that lies in it. The vote stays on this member's disk, and nobody gets to know of it.
        return !released && !vote.getPreVote() && promise.refusal() != null ? notGranted(vote) : answer;
    }

    /** With a term below the candidate's, which tells it nothing new. */
    private static Message notGranted(RequestVoteRequest vote) {
        return RequestVoteResponse.newBuilder()
                .setTerm(vote.getTerm() - 1)
                .setGranted(false)
                .build();
    }

    @Override
    public void close() {
        appendLanes.values().forEach(ExecutorService::shutdownNow);
        votes.shutdownNow();
        installs.shutdownNow();
        files.shutdownNow();
    }
}
