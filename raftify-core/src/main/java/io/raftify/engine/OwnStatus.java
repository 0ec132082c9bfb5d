package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.State;
import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.Role;
import io.raftify.storage.MemberStore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a member says of itself: from its engine, its store and its parts. Thread-safe. */
final class OwnStatus {

    private static final Logger log = LoggerFactory.getLogger(OwnStatus.class);

    private final RaftNodeSettings settings;
    private final NodeImpl node;
    private final MemberStore store;
    private final GuardedMetaStorage meta;
    private final EngineStateMachine stateMachine;
    private final Participation participation;
    private final Introductions introductions;
    private final PeerWatch peers;
    private final DiskRoom room;
    private final AtomicLong elections;
    private volatile @Nullable NodeStatus last;

    OwnStatus(
            RaftNodeSettings settings,
            NodeImpl node,
            MemberStore store,
            GuardedMetaStorage meta,
            EngineStateMachine stateMachine,
            Participation participation,
            Introductions introductions,
            PeerWatch peers,
            DiskRoom room,
            AtomicLong elections) {
        this.settings = settings;
        this.node = node;
        this.store = store;
        this.meta = meta;
        this.stateMachine = stateMachine;
        this.participation = participation;
        this.introductions = introductions;
        this.peers = peers;
        this.room = room;
        this.elections = elections;
    }

    /** @param caughtUp whether this member has seen all that had been acknowledged when it started */
    NodeStatus now(boolean caughtUp) {
        String failure = participation.failureReason();
        NodeStatus before = last;
        long lastIndex = before == null ? 0 : before.lastIndex();
        long commitIndex = before == null ? 0 : before.commitIndex();
        long appliedIndex = before == null ? 0 : before.appliedIndex();
        try {
            lastIndex = node.getLastLogIndex();
            commitIndex = node.getLastCommittedIndex();
            appliedIndex = node.getLastAppliedLogIndex();
        } catch (IllegalStateException inactive) {
            // After a failure the engine answers no more; what it answered last is still true of this member's log.
            log.trace("The engine is not active", inactive);
        }
        // Read after the engine's index: what it passes over counts as applied there only after the member is parked.
        Parking.Parked parked = participation.parking().parked();
        if (parked != null) {
            commitIndex = Math.max(commitIndex, appliedIndex);
            appliedIndex = parked.appliedIndex();
        }
        NodeStatus now = new NodeStatus(
                settings.nodeId(),
                settings.clusterName(),
                role(failure),
                meta.storedTerm(),
                EngineNames.nodeId(node.getLeaderId()),
                store.log().getFirstLogIndex(),
                lastIndex,
                Math.max(commitIndex, appliedIndex),
                appliedIndex,
                stateMachine.snapshotIndex(),
                elections.get(),
                caughtUp && !introductions.reentering(),
                peers.peers(commitIndex),
                store.status().withFull(room.refusal()),
                failure,
                parked == null ? null : parked.reason());
        last = now;
        return now;
    }

    private Role role(@Nullable String failure) {
        if (failure != null) {
            return Role.FAILED;
        }
        State state = node.getNodeState();
        return switch (state) {
            case STATE_LEADER -> Role.LEADER;
            case STATE_TRANSFERRING -> Role.TRANSFERRING;
            case STATE_CANDIDATE -> Role.CANDIDATE;
            case STATE_FOLLOWER -> Role.FOLLOWER;
            case STATE_ERROR -> Role.FAILED;
            case STATE_UNINITIALIZED, STATE_SHUTTING, STATE_SHUTDOWN, STATE_END -> Role.STOPPED;
        };
    }
}
