package io.raftify.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member's view at one moment. Indexes are 0 where there is none.
 *
 * @param leaderId the leader of the current term as far as this member knows
 * @param firstIndex the first entry still in the log
 * @param lastIndex the last entry in this member's log, not necessarily committed
 * @param commitIndex the last entry this member knows to be committed
 * @param appliedIndex the last entry its state machine has applied
 * @param snapshotIndex the last entry covered by its newest snapshot
 * @param elections how many elections this member has begun since it started
 * @param caughtUp whether, since it started, this member has applied all that was committed when it first heard of a
 *     leader
 * @param peers the other members, by name
 * @param failure why this member stopped taking part, if it did
 * @param parked what this member's build of the application does not know of the next entry, and what to deploy, if it
 *     stands still before it; see {@link UnsupportedEntryException}
 */
public record NodeStatus(
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
        List<PeerStatus> peers,
        StorageStatus storage,
        @Nullable String failure,
        @Nullable String parked) {

    public NodeStatus {
        peers = List.copyOf(peers);
    }

    /** Whether this member leads and takes proposals. */
    public boolean leading() {
        return role == Role.LEADER && parked == null;
    }
}
