package io.raftify.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.Role;
import io.raftify.node.StorageStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as the {@code raft} endpoint shows it. What is not known is there as {@code null}, so that a reader need not
 * tell unknown from unsupported.
 *
 * @param parked what the next entry in the log needs and this build of the application lacks, if it waits for another build
 * @param commands the commands this application knows, by name
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RaftDescriptor(
        String nodeId,
        String clusterName,
        Role role,
        long term,
        @Nullable String leaderId,
        long firstIndex,
        long lastIndex,
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        long elections,
        boolean caughtUp,
        @Nullable String failure,
        @Nullable String parked,
        List<PeerDescriptor> peers,
        StorageDescriptor storage,
        List<CommandDescriptor> commands) {

    static RaftDescriptor of(NodeStatus status, List<CommandDescriptor> commands) {
        return new RaftDescriptor(
                status.nodeId(),
                status.clusterName(),
                status.role(),
                status.term(),
                status.leaderId(),
                status.firstIndex(),
                status.lastIndex(),
                status.commitIndex(),
                status.appliedIndex(),
                status.snapshotIndex(),
                status.elections(),
                status.caughtUp(),
                status.failure(),
                status.parked(),
                status.peers().stream().map(PeerDescriptor::of).toList(),
                StorageDescriptor.of(status.storage()),
                commands);
    }

    /**
     * Another member as this one last heard of it.
     *
     * @param lag by how many entries its state machine is behind
     * @param parked what it waits for, if its build of the application cannot apply the next entry
     * @param lastHeardMillis how long ago it was last heard, in milliseconds
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record PeerDescriptor(
            String nodeId,
            String address,
            boolean connected,
            @Nullable Role role,
            @Nullable Long term,
            @Nullable Long lastIndex,
            @Nullable Long commitIndex,
            @Nullable Long appliedIndex,
            @Nullable Long lag,
            @Nullable String parked,
            @Nullable Long lastHeardMillis,
            @Nullable String lastError) {

        static PeerDescriptor of(PeerStatus peer) {
            return new PeerDescriptor(
                    peer.nodeId(),
                    peer.address(),
                    peer.connected(),
                    peer.role(),
                    peer.term(),
                    peer.lastIndex(),
                    peer.commitIndex(),
                    peer.appliedIndex(),
                    peer.lag(),
                    peer.parked(),
                    peer.lastHeard() != null ? peer.lastHeard().toMillis() : null,
                    peer.lastError());
        }
    }

    /**
     * Where the member keeps its log.
     *
     * @param full why it takes no more entries, if its disk is short of room
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record StorageDescriptor(
            String type,
            String durability,
            @Nullable String directory,
            int formatVersion,
            long sizeBytes,
            @Nullable String full) {

        static StorageDescriptor of(StorageStatus storage) {
            return new StorageDescriptor(
                    storage.type(),
                    storage.durability(),
                    storage.directory(),
                    storage.formatVersion(),
                    storage.sizeBytes(),
                    storage.full());
        }
    }

    /**
     * A command this application knows.
     *
     * @param name as it stands in the log
     * @param version of its signature
     * @param bean the bean it belongs to
     * @param method its method, for example {@code reserve(String, int)}
     * @param heldBack why calls of it are refused here now, naming the members whose builds lack it; null if they are not
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record CommandDescriptor(
            String name,
            int version,
            String bean,
            String method,
            @Nullable String heldBack) {}
}
