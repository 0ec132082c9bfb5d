package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.google.protobuf.Message;
import io.raftify.node.RaftNodeSettings;
import io.raftify.storage.MemberStore;
import io.raftify.transport.MemberTransport;
import io.raftify.transport.grpc.GrpcMemberTransport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a member is put together from. Tests put in others.
 *
 * @param stores opens the store
 * @param transports makes the transport
 * @param appends handles append requests (guard G1)
 * @param participations makes what decides whether the member may speak (guards G2 and G3)
 */
record MemberParts(
        Function<RaftNodeSettings, MemberStore> stores,
        Function<RaftNodeSettings, MemberTransport> transports,
        AppendHandler appends,
        Supplier<Participation> participations) {

    /** Handles one append request; called in the order of the peer's stream. */
    @FunctionalInterface
    interface AppendHandler {

        /** @return the answer, or null if it is given to {@code done} later */
        @Nullable Message handle(NodeImpl node, AppendEntriesRequest request, RpcRequestClosure done);
    }

    static MemberParts standard() {
        return new MemberParts(
                MemberStores::open, GrpcMemberTransport::new, NodeImpl::handleAppendEntriesRequest, Participation::new);
    }
}
