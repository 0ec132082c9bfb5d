package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.TestMembers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Members over gRPC on the loopback interface, ended after each test, and what they log. */
abstract class MembersTest {

    final Map<String, PeerAddress> peers = TestMembers.addresses("n1", "n2", "n3");
    final LogLines log = new LogLines();
    private final List<GrpcMemberTransport> members = new ArrayList<>();

    @AfterEach
    void closeMembers() {
        members.forEach(GrpcMemberTransport::close);
        log.close();
    }

    GrpcMemberTransport member(String nodeId, InboundHandler handler) {
        return member(settings(nodeId, peers), handler);
    }

    GrpcMemberTransport member(RaftNodeSettings.Builder settings, InboundHandler handler) {
        return start(new GrpcMemberTransport(settings.build()), handler);
    }

    GrpcMemberTransport start(GrpcMemberTransport member, InboundHandler handler) {
        members.add(member);
        member.start(handler);
        return member;
    }

    static void awaitError(GrpcMemberTransport member, String peer, String... parts) {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(member.connection(peer).lastError()).contains(parts);
            assertThat(member.connected(peer)).isFalse();
        });
    }

    void awaitWarning(String... parts) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.warnings())
                        .anySatisfy(line -> assertThat(line).contains(parts)));
    }
}
