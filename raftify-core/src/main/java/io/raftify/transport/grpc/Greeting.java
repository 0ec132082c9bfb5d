package io.raftify.transport.grpc;

import io.grpc.Status;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What members tell each other first, and whether it may be believed. Certificates are checked elsewhere. */
final class Greeting {

    static final int PROTOCOL_VERSION = 1;

    private final String nodeId;
    private final String clusterName;
    private final Set<String> members;
    private final int maxPayloadBytes;
    private final long incarnation = ThreadLocalRandom.current().nextLong();

    /** @param members the node ids of all members, this one included */
    Greeting(String nodeId, String clusterName, Set<String> members, int maxPayloadBytes) {
        this.nodeId = nodeId;
        this.clusterName = clusterName;
        this.members = Set.copyOf(members);
        this.maxPayloadBytes = maxPayloadBytes;
    }

    Frame to(String peer) {
        return Frame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(PROTOCOL_VERSION)
                        .setClusterName(clusterName)
                        .setNodeId(nodeId)
                        .setPeerId(peer)
                        .setIncarnation(incarnation)
                        .setMaxPayloadBytes(maxPayloadBytes))
                .build();
    }

    /** Why a member that called must be refused, or null if it is welcome. */
    @Nullable Status refusalOfCaller(Hello hello) {
        Status general = refusal(hello);
        if (general != null) {
            return general;
        }
        String caller = ForeignText.printable(hello.getNodeId());
        String wanted = ForeignText.printable(hello.getPeerId());
        if (hello.getNodeId().equals(nodeId)) {
            return refused("the address of " + wanted + " leads back to " + nodeId
                    + " itself, or two members are called " + nodeId);
        }
        if (!members.contains(hello.getNodeId())) {
            return refused(caller + " is not among the peers that " + nodeId + " knows: "
                    + members.stream().sorted().toList());
        }
        if (!hello.getPeerId().equals(nodeId)) {
            return refused("this is " + nodeId + ", not " + wanted + ": the address that " + caller + " has for "
                    + wanted + " is wrong");
        }
        return null;
    }

    /** Why a member that was dialled as {@code peer} must not be used, or null if it is the right one. */
    @Nullable Status refusalOfDialled(String peer, Hello hello) {
        Status general = refusal(hello);
        if (general != null) {
            return general;
        }
        if (!hello.getNodeId().equals(peer)) {
            return refused("the member there is " + ForeignText.printable(hello.getNodeId()) + ", not " + peer);
        }
        if (!hello.getPeerId().equals(nodeId)) {
            return refused(peer + " answered " + ForeignText.printable(hello.getPeerId()) + ", not " + nodeId);
        }
        return null;
    }

    private @Nullable Status refusal(Hello hello) {
        if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
            return refused("protocol version " + Integer.toUnsignedString(hello.getProtocolVersion())
                    + " is not understood by " + nodeId + ", which speaks version " + PROTOCOL_VERSION);
        }
        if (!hello.getClusterName().equals(clusterName)) {
            return refused("a member of cluster '" + ForeignText.printable(hello.getClusterName())
                    + "' met a member of cluster '" + clusterName + "'; check raftify.cluster.name and the peers'"
                    + " addresses");
        }
        return null;
    }

    private static Status refused(String why) {
        return Status.FAILED_PRECONDITION.withDescription(why);
    }
}
