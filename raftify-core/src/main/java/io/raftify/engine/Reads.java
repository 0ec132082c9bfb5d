package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.ReadOnlyType;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.google.protobuf.ByteString;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable reads by read index (thesis, section 6.4): the leader notes its commit index, hears from a quorum that
 * it still leads, and the reader waits until it has applied that far. The engine asks the quorum with heartbeats of that
 * very round, so no answer from before the question counts, and refuses while the leader has not committed an entry of its
 * own term. Which reads share a round is up to {@link ReadRounds}.
 *
 * <p>A round that fails is made again until the deadline: asking twice cannot do harm.
 *
 * <p>Beside them, reads that want less: by {@link LeaderLease}, bounded in age, or of what was seen elsewhere.
 */
final class Reads {

    /** In a question of a follower: the leader's lease is enough. The engine passes it on and does not look. */
    private static final ByteString BY_LEASE = ByteString.copyFromUtf8("lease");

    private final Participation participation;
    private final AppliedIndex applied;
    private final BooleanSupplier leads;
    private final ScheduledExecutorService clock;
    private final PendingGate gate;
    private final Duration electionTimeout;
    private final ReadRounds rounds;
    private final ReadRounds leaseRounds;
    private final Level level;
    private final Set<PendingRead> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param leads whether this member leads, as far as it has applied; must not block
     * @param asking asks the engine, which keeps whoever asks waiting while it stores a term
     */
    Reads(
            RaftNodeSettings settings,
            NodeImpl node,
            AppliedIndex applied,
            LeaderLease lease,
            BooleanSupplier leads,
            Participation participation,
            Executor asking,
            ScheduledExecutorService clock) {
        this.participation = participation;
        this.applied = applied;
        this.leads = leads;
        this.clock = clock;
        this.gate = new PendingGate(settings.maxPendingProposals(), Long.MAX_VALUE);
        this.electionTimeout = settings.electionTimeout();
        this.level = new Level();
        // Said in every question, whatever the engine's setting is: it never answers by its own idea of a lease alone.
        ReadIndexRequest question = ReadIndexRequest.newBuilder()
                .setGroupId(node.getGroupId())
                .setServerId(EngineNames.peerId(settings.nodeId()).toString())
                .setReadOnlyOptions(ReadOnlyType.READ_ONLY_SAFE)
                .build();
        ReadIndexRequest byLease = question.toBuilder().addEntries(BY_LEASE).build();
        long patience = electionTimeout.toMillis();
        this.rounds = new ReadRounds(answer -> node.handleReadIndexRequest(question, answer), asking, clock, patience);
        // What is committed only the engine knows; what is applied here is not enough, since another member may have
        // applied more, and have answered somebody who asks here now. Asked this way, it sends nothing.
        ReadIndexRequest leased = byLease.toBuilder()
                .setReadOnlyOptions(ReadOnlyType.READ_ONLY_LEASE_BASED)
                .build();
        this.leaseRounds = new ReadRounds(
                answer -> node.handleReadIndexRequest(leads.getAsBoolean() && lease.holds() ? leased : byLease, answer),
                asking,
                clock,
                patience);
    }

    CompletableFuture<Long> readIndex(Duration timeout) {
        return begin(new QuorumRead(timeout));
    }

    CompletableFuture<Long> leaseReadIndex(Duration timeout) {
        return begin(new LeaseRead(timeout));
    }

    CompletableFuture<Long> boundedReadIndex(ReadBound bound, Duration timeout) {
        Duration maxLag = bound.maxLag();
        if (maxLag != null && bound.maxLagEntries() < 0 && level.within(maxLag) && refusal() == null) {
            if (level.refreshDue(maxLag)) {
                // So that the next ones need not wait either; what becomes of it shows in the level alone.
                CompletableFuture<Long> unused = begin(new QuorumRead(maxLag));
            }
            return CompletableFuture.completedFuture(applied.known());
        }
        // A round that takes longer than the lag allowed proves nothing that would be of use.
        Duration patience = maxLag != null ? maxLag : electionTimeout;
        return begin(new BoundedRead(bound, patience.compareTo(timeout) < 0 ? patience : timeout));
    }

    CompletableFuture<Long> awaitApplied(long index, Duration timeout) {
        long known = applied.known();
        return known >= index && participation.refusal() == null
                ? CompletableFuture.completedFuture(known)
                : begin(new AppliedRead(index, timeout));
    }

    private @Nullable String refusal() {
        String refusal = participation.refusal();
        return refusal != null ? refusal : participation.parking().refusal();
    }

    private CompletableFuture<Long> begin(PendingRead read) {
        if (!gate.enter(0)) {
            return CompletableFuture.failedFuture(
                    new ReadUnavailableException("Not read: too many reads wait on this member: " + gate + "."));
        }
        pending.add(read);
        read.future().whenComplete((index, failure) -> {
            pending.remove(read);
            gate.leave(0);
        });
        String refusal = participation.refusal();
        if (refusal != null) {
            read.fail(refusal);
        } else {
            read.begin();
        }
        if (closed) {
            // Came in beside close(), which may not have seen it.
            read.fail("this member is closing");
        }
        return read.future();
    }

    /** Another member asks, because it believes that this one leads. Does not block. */
    void asked(ReadIndexRequest question, RpcRequestClosure answer) {
        if (leads.getAsBoolean()) {
            boolean byLease = question.getEntriesList().contains(BY_LEASE);
            (byLease ? leaseRounds : rounds).join(new OtherMember(answer));
        } else {
            // Not passed on, as the engine would: the asker gets to know the leader as soon as this member does.
            answer.run(new Status(RaftError.EPERM, "%s", "the member asked does not lead"));
        }
    }

    private static ReadIndexResponse found(long index) {
        return ReadIndexResponse.newBuilder().setIndex(index).setSuccess(true).build();
    }

    void close(String why) {
        closed = true;
        pending.forEach(read -> read.fail("this member stopped: " + why));
    }

    private record OtherMember(RpcRequestClosure answer, AtomicBoolean over) implements ReadRounds.Waiter {

        OtherMember(RpcRequestClosure answer) {
            this(answer, new AtomicBoolean());
        }

        @Override
        public void index(long index, long askedAt) {
            if (over.compareAndSet(false, true)) {
                answer.sendResponse(found(index));
            }
        }

        @Override
        public boolean failed(String reason) {
            // The other member asks again, perhaps another leader.
            if (over.compareAndSet(false, true)) {
                answer.run(new Status(RaftError.EAGAIN, "%s", reason));
            }
            return false;
        }
    }

    /** Asks in a round, and waits until this member has applied what came out of it. */
    private class QuorumRead extends PendingRead implements ReadRounds.Waiter {

        QuorumRead(Duration timeout) {
            super(timeout, clock);
        }

        @Override
        void attempt() {
            String refusal = refusal();
            if (refusal != null) {
                fail(refusal);
            } else {
                ReadRounds asked = rounds();
                asked.join(this);
                future().whenComplete((index, failure) -> asked.leave(this));
            }
        }

        ReadRounds rounds() {
            return rounds;
        }

        @Override
        public void index(long index, long askedAt) {
            awaitApplied(index, () -> {
                level.reached(askedAt);
                complete(index);
            });
        }

        final void awaitApplied(long index, Runnable then) {
            String refusal = refusal();
            if (refusal != null) {
                fail(refusal);
                return;
            }
            if (applied.known() >= index) {
                then.run();
                return;
            }
            waitsFor("this member has applied " + applied.known() + " of " + index + " entries");
            AppliedIndex.Wait wait = applied.await(index, then);
            // At the latest at the deadline, so that what waits is bounded.
            future().whenComplete((result, failure) -> applied.giveUp(wait));
        }

        @Override
        public boolean failed(String reason) {
            waitsFor(reason);
            String refusal = refusal();
            if (refusal != null) {
                fail(refusal);
            }
            return !future().isDone();
        }

        @Override
        String failure(String reason) {
            return "No linearizable read could be made: " + reason + ".";
        }
    }

    private final class LeaseRead extends QuorumRead {

        LeaseRead(Duration timeout) {
            super(timeout);
        }

        @Override
        ReadRounds rounds() {
            return leaseRounds;
        }

        @Override
        public void index(long index, long askedAt) {
            // No word on the level: that is to hold whatever the clocks do.
            awaitApplied(index, () -> complete(index));
        }
    }

    private final class BoundedRead extends QuorumRead {

        private final ReadBound bound;
        private volatile long committed;

        BoundedRead(ReadBound bound, Duration patience) {
            super(patience);
            this.bound = bound;
        }

        @Override
        public void index(long index, long askedAt) {
            committed = index;
            Duration maxLag = bound.maxLag();
            boolean levelEnough = maxLag == null || level.within(maxLag);
            // With both bounds, being that recent is proven by an earlier round, or by having all of this one.
            long allowed = bound.maxLagEntries() < 0 ? index : bound.maxLagEntries();
            long wanted = levelEnough ? index - allowed : index;
            awaitApplied(wanted, () -> {
                if (wanted >= index) {
                    level.reached(askedAt);
                }
                if (maxLag == null || level.within(maxLag)) {
                    complete(applied.known());
                } else {
                    fail("it took longer to find out");
                }
            });
        }

        @Override
        String failure(String reason) {
            long known = applied.known();
            return "This member's state may be older than the allowed " + bound + ": it was level with the leader "
                    + level + (committed > known ? ", and is " + (committed - known) + " entries behind now" : "")
                    + "; " + reason + ".";
        }
    }

    private final class AppliedRead extends PendingRead {

        private final long index;

        AppliedRead(long index, Duration timeout) {
            super(timeout, clock);
            this.index = index;
        }

        @Override
        void attempt() {
            AppliedIndex.Wait wait = applied.await(index, () -> complete(applied.known()));
            future().whenComplete((result, failure) -> applied.giveUp(wait));
            waitsFor("it comes from the leader as soon as this member reaches it");
        }

        @Override
        String failure(String reason) {
            return "This member has not applied entry " + index + " yet, which the caller has seen, but "
                    + applied.known() + ": " + reason + ".";
        }
    }
}
