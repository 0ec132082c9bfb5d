package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.util.concurrent.DefaultFixedThreadsExecutorGroupFactory;
import com.alipay.sofa.jraft.util.concurrent.FixedThreadsExecutorGroup;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.MemberReport;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.storage.MemberStore;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member between start and close: the engine's node, and the parts of ours around it. */
final class RunningMember {

    private static final Logger log = LoggerFactory.getLogger(RunningMember.class);

    private static final Duration CATCH_UP_TRY = Duration.ofSeconds(2);

    private final RaftNodeSettings settings;
    private final MemberStore store;
    private final MemberTransport transport;
    private final Participation participation;
    private final Listeners listeners;
    private final SnapshotDirectory snapshotDirectory;
    private final EngineStatics.Group group;
    private final ScheduledThreadPoolExecutor clock;
    private final ExecutorService snapshots;
    private final SnapshotRequests snapshotRequests;
    private final FixedThreadsExecutorGroup senders;
    private final GuardedMetaStorage meta;
    private final LeaderLease lease;
    private final LeaderPromise promise;
    private final ExecutorService asking;
    private final AppliedIndex applied;
    private final ApplyThread applying;
    private final GivingUp givingUp;
    private final EngineStateMachine stateMachine;
    private final NodeImpl node;
    private final ExecutorService introducing;
    private final Introductions introductions;
    private final InboundCalls inbound;
    private final Proposals proposals;
    private final Reads reads;
    private final PeerWatch peers;
    private final Announcements announcements;
    private final OwnStatus ownStatus;
    private final LeadershipTransfer transfer;
    private final Abdication abdication;
    private final ParkedMember parkedMember;
    private final DiskRoom room;

    private volatile boolean initialised;
    private volatile boolean begun;
    private volatile boolean caughtUp;
    private volatile @Nullable String leaderKnown;

    private RunningMember(
            RaftNodeSettings settings,
            StateMachine user,
            MemberStore store,
            MemberParts parts,
            Participation participation,
            Listeners listeners,
            Announcements announcements,
            AtomicLong elections) {
        this.settings = settings;
        this.store = store;
        // First: it may fail, and what comes after it has threads and files open.
        this.snapshotDirectory = SnapshotDirectory.of(settings);
        this.transport = parts.transports().apply(settings);
        this.participation = participation;
        this.listeners = listeners;
        this.announcements = announcements;
        String self = settings.nodeId();
        PeerId peerId = EngineNames.peerId(self);
        this.group = EngineStatics.register(settings.clusterName(), peerId);
        this.clock = MemberThreads.clock(self + "-clock");
        this.snapshots = MemberThreads.pool(self + "-snapshots", 1, 16);
        this.senders = DefaultFixedThreadsExecutorGroupFactory.INSTANCE.newExecutorGroup(
                Math.max(1, settings.peers().size() - 1), "raftify-" + self + "-append-answers", 32_768, true);
        this.meta = new GuardedMetaStorage(store.meta(), peerId, participation, term -> {
            elections.incrementAndGet();
            listeners.electionStarted(term);
        });
        Set<String> others = new TreeSet<>(settings.peers().keySet());
        others.remove(self);
        this.lease = new LeaderLease(others, settings.electionTimeout(), meta::storedTerm);
        this.node = new NodeImpl(group.id(), peerId);
        this.asking = MemberThreads.lane(self + "-reads");
        this.applied = new AppliedIndex(this::reallyApplied, asking, clock);
        this.applying = new ApplyThread(self);
        this.givingUp = new GivingUp(
                settings, user, store, node, transport, participation, meta::storedTerm, () -> leaderKnown);
        this.room = new DiskRoom(settings, this::peersShortOfRoom);
        this.stateMachine = new EngineStateMachine(
                self,
                user,
                settings.snapshotEntries(),
                applied,
                givingUp.gate(),
                participation,
                applying,
                snapshots,
                room::checkForSnapshot,
                this::leaderChanged,
                this::snapshotDue);
        this.snapshotRequests = new SnapshotRequests(self, node, stateMachine, clock, snapshots);
        this.introducing = MemberThreads.pool(self + "-introductions", 1, 64);
        this.introductions = new Introductions(
                self,
                settings.peers().keySet(),
                store.incarnations(),
                introducing,
                meta::storedTerm,
                this::storedIndex);
        this.promise = new LeaderPromise(settings.electionTimeout(), meta::storedTerm, introductions::lostDisk);
        this.reads =
                new Reads(settings, node, applied, lease, () -> self.equals(leaderKnown), participation, asking, clock);
        this.inbound = new InboundCalls(
                self,
                node,
                participation,
                introductions,
                promise,
                room,
                parts.appends(),
                reads::asked,
                this::ownCall,
                meta::storedTerm);
        this.proposals = new Proposals(settings, node, () -> leaderKnown, room, transport, participation, clock);
        this.peers = new PeerWatch(settings, transport, introductions, announcements, givingUp::heard);
        this.ownStatus = new OwnStatus(
                settings, node, store, meta, stateMachine, participation, introductions, peers, room, elections);
        this.transfer = new LeadershipTransfer(self, node, proposals, peers, clock);
        this.abdication = new Abdication(settings, node, transfer);
        this.parkedMember = new ParkedMember(settings, participation.parking(), () -> leaderKnown != null, abdication);
    }

    /** @throws NodeStartException with nothing left open but the store */
    static RunningMember start(
            RaftNodeSettings settings,
            StateMachine stateMachine,
            MemberStore store,
            MemberParts parts,
            Participation participation,
            Listeners listeners,
            Announcements announcements,
            AtomicLong elections) {
        RunningMember member = new RunningMember(
                settings, stateMachine, store, parts, participation, listeners, announcements, elections);
        try {
            member.start();
            return member;
        } catch (RuntimeException notStarted) {
            member.close();
            throw notStarted;
        }
    }

    private void start() {
        // The port first: whoever cannot be reached should not open an election. Calls that come early are refused.
        transport.start(inbound);
        MemberServices services =
                new MemberServices(store, meta, transport, participation, introductions, lease, promise);
        NodeOptions options =
                EngineSettings.nodeOptions(settings, services, stateMachine, snapshotDirectory.path(), senders);
        initialised = true;
        if (!node.init(options)) {
            throw notInitialised();
        }
        checkMembership(node.getCurrentConf());
        // On a thread of its own: the engine may be storing a term, and the clock has deadlines to keep.
        participation.onFailure(reason -> MemberThreads.factory(settings.nodeId() + "-failing")
                .newThread(() -> stopEngine(reason))
                .start());
        String failedMeanwhile = participation.failureReason();
        if (failedMeanwhile != null) {
            throw new NodeStartException(NodeStartException.Reason.ENGINE, failedMeanwhile);
        }
        promise.begin();
        participation.begin();
        begun = true;
        peers.start(clock);
        parkedMember.start(clock);
        givingUp.start(clock);
        room.start(clock, () -> abdication.attempt("short of room on its disk"));
        catchUp();
    }

    private NodeStartException notInitialised() {
        String restoreFailure = stateMachine.restoreFailure();
        if (restoreFailure != null) {
            return new NodeStartException(NodeStartException.Reason.STATE_NOT_RESTORED, restoreFailure);
        }
        String failure = participation.failureReason();
        return new NodeStartException(
                NodeStartException.Reason.ENGINE,
                failure != null
                        ? failure
                        : "The consensus engine could not start; the log lines of com.alipay.sofa.jraft above say why.");
    }

    /** Membership is in the log, and the settings only describe it: they must not contradict each other silently. */
    private void checkMembership(@Nullable Configuration inLog) {
        if (inLog == null || inLog.isEmpty()) {
            return;
        }
        Set<String> members = EngineNames.nodeIds(inLog);
        Set<String> listed = new TreeSet<>(settings.peers().keySet());
        if (!members.equals(listed)) {
            throw new NodeStartException(
                    NodeStartException.Reason.MEMBERSHIP_DIFFERS,
                    "The peers listed are " + listed + ", but the members according to the log in " + settings.dataDir()
                            + " are " + members + ".");
        }
    }

    /** A linearizable read that succeeds is the proof that this member has seen all that was acknowledged before. */
    private void catchUp() {
        reads.readIndex(CATCH_UP_TRY).whenComplete((index, failure) -> {
            if (failure == null) {
                caughtUp = true;
                log.debug("Member {} has caught up with index {}", settings.nodeId(), index);
            } else if (participation.permitted()) {
                try {
                    clock.schedule(this::catchUp, 100, TimeUnit.MILLISECONDS);
                } catch (RejectedExecutionException closing) {
                    log.debug("Member {} closes before it has caught up", settings.nodeId());
                }
            }
        });
    }

    private void stopEngine(String reason) {
        node.onError(new RaftException(EnumOutter.ErrorType.ERROR_TYPE_LOG, new Status(RaftError.EIO, "%s", reason)));
    }

    /** To the engine, what a parked state machine passes over counts as applied. */
    private long reallyApplied() {
        long engine = node.getLastAppliedLogIndex();
        // In this order: it parks before anything that it passes over counts.
        Parking.Parked parked = participation.parking().parked();
        return parked == null ? engine : Math.min(engine, parked.appliedIndex());
    }

    private List<String> peersShortOfRoom() {
        return peers.shortOfRoom();
    }

    private void leaderChanged(long term, @Nullable String leaderId) {
        leaderKnown = leaderId;
        if (settings.nodeId().equals(leaderId)) {
            lease.leads(term);
        } else {
            lease.leadsNoMore();
        }
        if (leaderId == null) {
            log.info("Member {}: no leader is known any more, term {}", settings.nodeId(), term);
        } else if (leaderId.equals(settings.nodeId())) {
            log.info("Member {} leads cluster '{}' in term {}", leaderId, settings.clusterName(), term);
        } else {
            log.info("Member {} follows leader {} in term {}", settings.nodeId(), leaderId, term);
        }
        listeners.leaderChanged(term, leaderId);
        if (leaderId != null) {
            proposals.leaderChanged(leaderId);
        }
    }

    /** Calls of peers that are not the engine's. */
    private void ownCall(String peer, int kind, ByteString payload, MemberTransport.Responder responder) {
        if (kind == MessageKind.PROPOSE.number()) {
            proposals.receive(payload, responder);
        } else if (!begun) {
            // Term and last index are not known yet, and others rely on them.
            responder.refuse("this member is starting");
        } else if (kind == MessageKind.GIVE_UP.number()) {
            givingUp.asked(payload, responder);
        } else {
            introductions.asked(peer, payload, responder, query -> {
                NodeStatus now = status();
                MemberReport.Builder report =
                        JRaftNode.report(now).setLastIndex(Math.max(now.lastIndex(), storedIndex()));
                announcements.asked(peer, query, report);
                givingUp.describe(report);
                return report;
            });
        }
    }

    /** What this member has for certain, also when its engine has stopped. */
    private long storedIndex() {
        return Math.max(store.log().getLastLogIndex(), stateMachine.snapshotIndex());
    }

    Proposals proposals() {
        return proposals;
    }

    Reads reads() {
        return reads;
    }

    GivingUp givingUp() {
        return givingUp;
    }

    long applyingIndex() {
        return applied.given();
    }

    NodeStatus status() {
        return ownStatus.now(caughtUp);
    }

    boolean handOverLeadership(Duration timeout) {
        return transfer.handOver(timeout);
    }

    CompletableFuture<Long> snapshot() {
        return snapshotRequests.now();
    }

    private void snapshotDue() {
        snapshotRequests.due();
    }

    void close() {
        participation.end();
        givingUp.close();
        // An engine that was never asked to start never says that it has stopped.
        boolean stopped = !initialised || EngineStop.stop(settings.nodeId(), node);
        proposals.close("it was closed");
        reads.close("it was closed");
        snapshotRequests.close();
        transport.close();
        inbound.close();
        clock.shutdownNow();
        abdication.close();
        room.close();
        snapshots.shutdownNow();
        applying.close();
        asking.shutdownNow();
        introducing.shutdownNow();
        senders.shutdownGracefully();
        group.release();
        if (stopped) {
            store.close();
        } else {
            // The engine may still be inside the store; closing under it could crash the process.
            log.warn(
                    "Member {} did not stop within {} s; its data directory stays locked until the process ends",
                    settings.nodeId(),
                    EngineStop.PATIENCE.toSeconds());
        }
        snapshotDirectory.release();
    }
}
