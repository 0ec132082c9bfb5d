package io.raftify.transport;

import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.grpc.GrpcMemberTransport;

class GrpcMemberTransportTest extends MemberTransportContract {

    @Override
    MemberTransport transport(RaftNodeSettings settings) {
        return new GrpcMemberTransport(settings);
    }
}
