package io.raftify.engine;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.StateMachine;
import com.alipay.sofa.jraft.core.ElectionPriority;
import com.alipay.sofa.jraft.option.ApplyTaskMode;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.util.concurrent.FixedThreadsExecutorGroup;
import io.raftify.node.RaftNodeSettings;
import java.nio.file.Path;

/**
 * Every setting of the engine that matters, each set on purpose, also where the engine's default agrees today: safe
 * before fast.
 */
final class EngineSettings {

    /** Snapshot files travel in chunks of this size; one waits in memory on each side. */
    private static final int SNAPSHOT_CHUNK_BYTES = 512 << 10;

    /** Appends stop adding entries beyond this. */
    private static final int MAX_BODY_BYTES = 512 << 10;

    /** Half of what the transport lets a peer have unanswered. */
    private static final int UNANSWERED_BYTES = 32 << 20;

    /** Slots of each of the engine's queues: a power of two, as the ring buffer demands. */
    private static final int QUEUE_SLOTS = 16_384;

    /**
     * Commands that this member's engine may have as leader, not applied yet. While one does not end, callers leave at their
     * deadlines but their commands stay; were there as many as slots, the engine could not even commit what gives it up.
     */
    static final int MOST_COMMANDS = QUEUE_SLOTS - 2_048;

    private EngineSettings() {}

    /** What these commands may have in bytes: half of what the engine keeps in memory. */
    static long mostCommandBytes(RaftNodeSettings settings) {
        return mostBytesInMemory(settings) / 2;
    }

    private static long mostBytesInMemory(RaftNodeSettings settings) {
        return Math.max(2 * settings.maxPendingBytes(), 64L << 20);
    }

    static NodeOptions nodeOptions(
            RaftNodeSettings settings,
            JRaftServiceFactory services,
            StateMachine stateMachine,
            Path snapshotDirectory,
            FixedThreadsExecutorGroup senders) {
        NodeOptions options = new NodeOptions();
        int electionTimeout = Math.toIntExact(settings.electionTimeout().toMillis());
        options.setElectionTimeoutMs(electionTimeout);
        // Priorities delay elections and are not offered yet.
        options.setElectionPriority(ElectionPriority.Disabled);
        // A leader that has not heard of a quorum for nine tenths of the election timeout steps down, before the
        // others can have elected a new one (thesis, section 6.2).
        options.setLeaderLeaseTimeRatio(90);
        options.setInitialConf(EngineNames.configuration(settings.peers().keySet()));
        options.setFsm(stateMachine);
        options.setServiceFactory(services);
        // The services know where the log is; the engine only wants the names not to be blank.
        options.setLogUri("log");
        options.setRaftMetaUri("meta");
        options.setSnapshotUri(snapshotDirectory.toString());
        // Snapshots by number of entries are triggered by the state machine adapter, not by the engine's timer.
        options.setSnapshotIntervalSecs(0);
        options.setSnapshotLogIndexMargin(0);
        // Members change through the node, never through the engine's own command line service.
        options.setDisableCli(true);
        // Shared timers and pools belong to the JVM and would outlive the member.
        options.setSharedTimerPool(false);
        options.setSharedElectionTimer(false);
        options.setSharedVoteTimer(false);
        options.setSharedStepDownTimer(false);
        options.setSharedSnapshotTimer(false);
        options.setTimerPoolSize(2);
        options.setAppendEntriesExecutors(senders);
        // Answers to votes, reads and snapshots: a third of these threads exist, the rest only under load.
        options.setRpcProcessorThreadPoolSize(6);
        options.setEnableMetrics(false);
        // A full queue refuses at once (EBUSY) instead of blocking the caller.
        options.setApplyTaskMode(ApplyTaskMode.NonBlocking);
        // An append may wait for a slow disk on the other side; shorter, and the leader would send it again and again.
        options.setRpcDefaultTimeout(Math.max(5_000, 2 * electionTimeout));
        options.setRpcConnectTimeoutMs(Math.min(1_000, electionTimeout));
        options.setRpcInstallSnapshotTimeout(5 * 60 * 1_000);
        // gRPC runs over TCP, and entries carry their own checksums.
        options.setEnableRpcChecksum(false);
        options.setRaftOptions(raftOptions(settings, electionTimeout));
        return options;
    }

    private static RaftOptions raftOptions(RaftNodeSettings settings, int electionTimeout) {
        RaftOptions options = new RaftOptions();
        options.setMaxByteCountPerRpc(Math.min(SNAPSHOT_CHUNK_BYTES, settings.maxFrameSize() / 2));
        // One append carries at most this many entries and, one entry more or less, this many bytes, so that a frame
        // of full size always fits: the engine stops adding once the body has passed the limit.
        options.setMaxEntriesSize(1_024);
        int body = Math.min(
                MAX_BODY_BYTES,
                settings.maxFrameSize() - settings.maxProposalSize() - RaftNodeSettings.FRAME_HEADROOM / 2);
        options.setMaxBodySize(body);
        // Everything that waits goes into one transaction, up to this much.
        options.setMaxAppendBufferSize(1 << 20);
        // Followers wait between one and two election timeouts (paper, section 9.3).
        options.setMaxElectionDelayMs(electionTimeout);
        options.setElectionHeartbeatFactor(Math.max(
                2,
                Math.toIntExact(electionTimeout / settings.heartbeatInterval().toMillis())));
        // Entries wait in memory until they are synced and applied; beyond this the answer is "overloaded".
        options.setMaxLogsInMemoryBytes(mostBytesInMemory(settings));
        options.setApplyBatch(256);
        // Acknowledged means synced: log, term and vote.
        options.setSync(true);
        options.setSyncMeta(true);
        options.setEnableLogEntryChecksum(true);
        options.setReplicatorPipeline(true);
        // What a follower with a stalled disk has not answered must stay below what its transport holds, or heartbeats
        // would wait behind it.
        options.setMaxReplicatorInflightMsgs(
                Math.max(2, Math.min(64, UNANSWERED_BYTES / (body + settings.maxProposalSize()))));
        options.setDisruptorBufferSize(QUEUE_SLOTS);
        // How long the log's consumer sleeps when idle before it looks again; nothing is given up after it.
        options.setDisruptorPublishEventWaitTimeoutSecs(10);
        options.setOpenStatistics(false);
        // A quorum answers every read; leases trust clocks.
        options.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        // A follower behind waits until it has caught up, within the caller's deadline.
        options.setMaxReadIndexLag(-1);
        options.setStepDownWhenVoteTimedout(true);
        options.setStartupOldStorage(false);
        return options;
    }
}
