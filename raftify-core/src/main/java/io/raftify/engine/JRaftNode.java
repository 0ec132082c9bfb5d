package io.raftify.engine;

import io.raftify.engine.wire.MemberReport;
import io.raftify.node.NodeStatus;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.StateMachine;
import io.raftify.node.StorageStatus;
import io.raftify.storage.MemberStore;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member on SOFAJRaft: its life from start to close. What it does in between is in {@link RunningMember}. */
final class JRaftNode implements RaftNode {

    private static final Logger log = LoggerFactory.getLogger(JRaftNode.class);

    /** Of what a parked member tells the others, in characters. */
    private static final int LONGEST_REASON = 1_000;

    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final RaftNodeSettings settings;
    private final StateMachine stateMachine;
    private final MemberParts parts;
    private final Listeners listeners;
    private final Announcements announcements;
    private final AtomicLong elections = new AtomicLong();
    private final Participation participation;

    private enum Life {
        NEW,
        STARTED,
        CLOSED
    }

    private Life life = Life.NEW;
    private volatile @Nullable RunningMember running;

    JRaftNode(RaftNodeSettings settings, StateMachine stateMachine, MemberParts parts) {
        this.settings = settings;
        this.stateMachine = stateMachine;
        this.parts = parts;
        this.listeners = new Listeners(settings.nodeId());
        this.announcements = new Announcements(listeners::announced);
        this.participation = parts.participations().get();
        participation.onFailure(reason -> {
            log.error("Member {} stops taking part: {}", settings.nodeId(), reason);
            listeners.failed(reason);
        });
        participation.parking().onParked(reason -> {
            log.warn(
                    "Member {} is parked: {}. It applies nothing until then and does not lead, but keeps the log and its"
                            + " vote",
                    settings.nodeId(),
                    reason);
            listeners.parked(reason);
        });
    }

    @Override
    public synchronized void start() {
        if (life != Life.NEW) {
            throw new IllegalStateException(
                    "A member is started once; this one is " + life.name().toLowerCase(Locale.ROOT));
        }
        // Also after a failed start: nothing of it is used again.
        life = Life.CLOSED;
        MemberStore store = parts.stores().apply(settings);
        try {
            participation.watch(store);
            this.running = RunningMember.start(
                    settings, stateMachine, store, parts, participation, listeners, announcements, elections);
            life = Life.STARTED;
        } catch (RuntimeException notStarted) {
            store.close();
            throw notStarted;
        }
    }

    /** For tests, while it runs. */
    RunningMember running() {
        RunningMember member = running;
        if (member == null) {
            throw new IllegalStateException("This member is not running");
        }
        return member;
    }

    @Override
    public CompletableFuture<byte[]> propose(byte[] command, Duration timeout) {
        Duration patience = bounded(timeout);
        RunningMember member = running;
        return member != null
                ? member.proposals().propose(command, patience)
                : CompletableFuture.failedFuture(new NodeStoppedException("Not proposed: this member is not running."));
    }

    @Override
    public CompletableFuture<Long> readIndex(Duration timeout) {
        return read(timeout, Reads::readIndex);
    }

    @Override
    public CompletableFuture<Long> leaseReadIndex(Duration timeout) {
        return read(timeout, Reads::leaseReadIndex);
    }

    @Override
    public CompletableFuture<Long> boundedReadIndex(ReadBound bound, Duration timeout) {
        return read(timeout, (reads, patience) -> reads.boundedReadIndex(bound, patience));
    }

    @Override
    public CompletableFuture<Long> awaitApplied(long index, Duration timeout) {
        return read(timeout, (reads, patience) -> reads.awaitApplied(index, patience));
    }

    private CompletableFuture<Long> read(Duration timeout, BiFunction<Reads, Duration, CompletableFuture<Long>> how) {
        Duration patience = bounded(timeout);
        RunningMember member = running;
        return member != null
                ? how.apply(member.reads(), patience)
                : CompletableFuture.failedFuture(new ReadUnavailableException("Not read: this member is not running."));
    }

    @Override
    public long applyingIndex() {
        RunningMember member = running;
        return member != null ? member.applyingIndex() : 0;
    }

    /** Of what is longer than any clock here can count, as much as it can. */
    private static Duration bounded(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("The timeout must be greater than zero, but is " + timeout);
        }
        return timeout.compareTo(LONGEST_WAIT) < 0 ? timeout : LONGEST_WAIT;
    }

    @Override
    public CompletableFuture<Void> giveUp(long index, byte[] entry) {
        RunningMember member = running;
        return member != null
                ? member.givingUp().giveUp(index, entry)
                : CompletableFuture.failedFuture(new NodeStoppedException("Not given up: this member is not running."));
    }

    @Override
    public NodeStatus status() {
        RunningMember member = running;
        return member != null ? member.status() : stopped();
    }

    private NodeStatus stopped() {
        StorageStatus storage = new StorageStatus(
                settings.storageType().name().toLowerCase(Locale.ROOT),
                "unknown",
                settings.dataDir() == null ? null : settings.dataDir().toString(),
                0,
                0,
                null);
        return new NodeStatus(
                settings.nodeId(),
                settings.clusterName(),
                Role.STOPPED,
                0,
                null,
                0,
                0,
                0,
                0,
                0,
                elections.get(),
                false,
                List.of(),
                storage,
                participation.failureReason(),
                null);
    }

    @Override
    public void announce(String part, byte[] content) {
        announcements.announce(part, content);
    }

    @Override
    public byte @Nullable [] announced(String nodeId, String part) {
        return announcements.announced(nodeId, part);
    }

    @Override
    public void addListener(RaftNodeListener listener) {
        listeners.add(listener);
    }

    @Override
    public boolean handOverLeadership(Duration timeout) {
        RunningMember member = running;
        return member == null || member.handOverLeadership(timeout);
    }

    @Override
    public CompletableFuture<Long> snapshot() {
        RunningMember member = running;
        return member != null
                ? member.snapshot()
                : CompletableFuture.failedFuture(new NodeStoppedException("No snapshot: this member is not running."));
    }

    @Override
    public synchronized void close() {
        life = Life.CLOSED;
        RunningMember member = running;
        running = null;
        if (member != null) {
            member.close();
            log.info("Member {} of cluster '{}' has stopped", settings.nodeId(), settings.clusterName());
        }
        listeners.close();
    }

    /** What this member tells the others of itself. */
    static MemberReport.Builder report(NodeStatus status) {
        MemberReport.Builder report = MemberReport.newBuilder();
        String parked = status.parked();
        if (parked != null) {
            report.setParked(parked.substring(0, Math.min(parked.length(), LONGEST_REASON)));
        }
        report.setDiskFull(status.storage().full() != null);
        return report.setRole(PeerWatch.wire(status.role()))
                .setTerm(status.term())
                .setLastIndex(status.lastIndex())
                .setCommitIndex(status.commitIndex())
                .setAppliedIndex(status.appliedIndex());
    }
}
