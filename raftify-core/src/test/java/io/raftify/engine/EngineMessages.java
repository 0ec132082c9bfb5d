package io.raftify.engine;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.RaftOutter.EntryMeta;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
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
import com.google.protobuf.Message;
import java.util.List;

/** One sound request and answer of every kind, with all that they may hold. */
final class EngineMessages {

    private static final String GROUP = "group";
    private static final String SELF = "n2:1";
    private static final String PEER = "n1:1";

    private EngineMessages() {}

    static List<byte[]> requests(MessageKind kind) {
        return switch (kind) {
            case VOTE, VOTE_AFTER_HAND_OVER ->
                bytes(RequestVoteRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setServerId(SELF)
                        .setPeerId(PEER)
                        .setTerm(4)
                        .setLastLogTerm(3)
                        .setLastLogIndex(17)
                        .setPreVote(true)
                        .build());
            case APPEND ->
                bytes(AppendEntriesRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setServerId(SELF)
                        .setPeerId(PEER)
                        .setTerm(4)
                        .setPrevLogTerm(3)
                        .setPrevLogIndex(17)
                        .setCommittedIndex(16)
                        .addEntries(EntryMeta.newBuilder()
                                .setTerm(4)
                                .setType(EntryType.ENTRY_TYPE_DATA)
                                .setDataLen(5)
                                .setChecksum(99))
                        .addEntries(EntryMeta.newBuilder()
                                .setTerm(4)
                                .setType(EntryType.ENTRY_TYPE_CONFIGURATION)
                                .addPeers(SELF)
                                .addOldPeers(PEER)
                                .addLearners(PEER))
                        .setData(ByteString.copyFromUtf8("hello"))
                        .build());
            case INSTALL_SNAPSHOT ->
                bytes(InstallSnapshotRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setServerId(SELF)
                        .setPeerId(PEER)
                        .setTerm(4)
                        .setMeta(SnapshotMeta.newBuilder()
                                .setLastIncludedIndex(100)
                                .setLastIncludedTerm(4)
                                .addPeers(PEER))
                        .setUri("remote://n2:1/12345")
                        .build());
            case TIMEOUT_NOW ->
                bytes(TimeoutNowRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setServerId(SELF)
                        .setPeerId(PEER)
                        .setTerm(4)
                        .build());
            case READ_INDEX ->
                bytes(ReadIndexRequest.newBuilder()
                        .setGroupId(GROUP)
                        .setServerId(SELF)
                        .setPeerId(PEER)
                        .addEntries(ByteString.copyFromUtf8("context"))
                        .build());
            case GET_FILE ->
                bytes(GetFileRequest.newBuilder()
                        .setReaderId(12345)
                        .setFilename("../../etc/passwd")
                        .setCount(1 << 20)
                        .setOffset(7)
                        .setReadPartly(true)
                        .build());
            case PROPOSE, REPORT, GIVE_UP -> List.of("a command".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        };
    }

    static List<byte[]> answers(MessageKind kind) {
        return switch (kind) {
            case VOTE, VOTE_AFTER_HAND_OVER ->
                bytes(RequestVoteResponse.newBuilder()
                        .setTerm(4)
                        .setGranted(true)
                        .build());
            case APPEND ->
                bytes(AppendEntriesResponse.newBuilder()
                        .setTerm(4)
                        .setSuccess(true)
                        .setLastLogIndex(17)
                        .setErrorResponse(
                                ErrorResponse.newBuilder().setErrorCode(7).setErrorMsg("why"))
                        .build());
            case INSTALL_SNAPSHOT ->
                bytes(InstallSnapshotResponse.newBuilder()
                        .setTerm(4)
                        .setSuccess(true)
                        .build());
            case TIMEOUT_NOW ->
                bytes(TimeoutNowResponse.newBuilder()
                        .setTerm(4)
                        .setSuccess(true)
                        .build());
            case READ_INDEX ->
                bytes(ReadIndexResponse.newBuilder()
                        .setIndex(17)
                        .setSuccess(true)
                        .build());
            case GET_FILE ->
                bytes(GetFileResponse.newBuilder()
                        .setEof(true)
                        .setReadSize(3)
                        .setData(ByteString.copyFromUtf8("abc"))
                        .build());
            case PROPOSE, REPORT, GIVE_UP -> List.of();
        };
    }

    private static List<byte[]> bytes(Message message) {
        return List.of(message.toByteArray());
    }
}
