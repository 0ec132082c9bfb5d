package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls between members, by the number that stands for them on the wire; numbers are never used twice. */
enum MessageKind {
    VOTE(1, RequestVoteRequest.class, RequestVoteRequest.parser(), RequestVoteResponse.parser()),
    APPEND(2, AppendEntriesRequest.class, AppendEntriesRequest.parser(), AppendEntriesResponse.parser()),
    INSTALL_SNAPSHOT(
            3, InstallSnapshotRequest.class, InstallSnapshotRequest.parser(), InstallSnapshotResponse.parser()),
    TIMEOUT_NOW(4, TimeoutNowRequest.class, TimeoutNowRequest.parser(), TimeoutNowResponse.parser()),
    READ_INDEX(5, ReadIndexRequest.class, ReadIndexRequest.parser(), ReadIndexResponse.parser()),
    GET_FILE(6, GetFileRequest.class, GetFileRequest.parser(), GetFileResponse.parser()),
    /** A {@link #VOTE} of a member that the leader told to take over. */
    VOTE_AFTER_HAND_OVER(7, null, RequestVoteRequest.parser(), RequestVoteResponse.parser()),
    /** A command on its way to the leader; the payload is the command. */
    PROPOSE(20, null, null, null),
    /** Says who asks, and asks a member to describe itself. */
    REPORT(21, null, null, null),
    /** Asks for a promise not to finish an entry. */
    GIVE_UP(22, null, null, null);

    private static final Map<Integer, MessageKind> BY_NUMBER = new HashMap<>();
    private static final Map<Class<?>, MessageKind> BY_REQUEST = new HashMap<>();

    static {
        for (MessageKind kind : values()) {
            BY_NUMBER.put(kind.number, kind);
            if (kind.requestType != null) {
                BY_REQUEST.put(kind.requestType, kind);
            }
        }
    }

    private final int number;
    private final @Nullable Class<? extends Message> requestType;
    private final @Nullable Parser<? extends Message> requestParser;
    private final @Nullable Parser<? extends Message> answerParser;

    MessageKind(
            int number,
            @Nullable Class<? extends Message> requestType,
            @Nullable Parser<? extends Message> requestParser,
            @Nullable Parser<? extends Message> answerParser) {
        this.number = number;
        this.requestType = requestType;
        this.requestParser = requestParser;
        this.answerParser = answerParser;
    }

    int number() {
        return number;
    }

    static @Nullable MessageKind of(int number) {
        return BY_NUMBER.get(number);
    }

    static @Nullable MessageKind of(Object request) {
        return BY_REQUEST.get(request.getClass());
    }

    Message parseRequest(ByteString bytes) throws InvalidProtocolBufferException {
        return parse(requestParser, bytes);
    }

    Message parseAnswer(ByteString bytes) throws InvalidProtocolBufferException {
        return parse(answerParser, bytes);
    }

    private Message parse(@Nullable Parser<? extends Message> parser, ByteString bytes)
            throws InvalidProtocolBufferException {
        if (parser == null) {
            throw new IllegalStateException(this + " is not one of the engine's messages");
        }
        return parser.parseFrom(bytes);
    }
}
