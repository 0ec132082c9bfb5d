package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.engine.wire.MemberQuery;
import io.raftify.engine.wire.MemberReport;
import io.raftify.storage.Incarnations;
import io.raftify.storage.Reentry;
import io.raftify.transport.MemberTransport;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member that lost its disk from breaking promises that it no longer knows of. Raft rests on stable storage
 * (paper, figure 2): a member that comes back empty under its old name could vote twice in a term, or help to elect a
 * leader that lacks an entry it had acknowledged.
 *
 * <p><b>Noticing.</b> Only the others can know that a disk is not the first. Whenever a process begins, it promises a peer
 * nothing (no vote, no acknowledgement, no request) until that peer has said that it knows no other disk of it, and has
 * this one on stable storage. What cannot be noticed: a loss before the first meeting, and an old copy of the disk.
 *
 * <p><b>Coming back.</b> Whoever may hold a promise of the earlier disk, as candidate or leader, had its term on stable
 * storage before he asked for it. So the member asks <em>all</em> others for their terms, and takes the highest as its
 * floor: it deals with no leader below it, and never votes in a term up to it. Leaders from then on were elected without
 * its new votes, so they have every entry that it had helped to commit. Once it has as much as any other member has, it
 * has these entries too, and votes.
 *
 * <p>Thread-safe; nothing but {@code writing} touches the disk.
 */
final class Introductions {

    private static final Logger log = LoggerFactory.getLogger(Introductions.class);

    private final String self;
    private final Set<String> others;
    private final Incarnations incarnations;
    private final Executor writing;
    private final LongSupplier storedTerm;
    private final LongSupplier storedIndex;

    private final Set<String> introduced = ConcurrentHashMap.newKeySet();
    private final Map<String, MemberReport> heard = new ConcurrentHashMap<>();
    private final Set<UUID> announced = ConcurrentHashMap.newKeySet();

    /**
     * @param members all node ids, this one's included
     * @param writing runs one task after another, and may block on the disk
     * @param storedTerm the term on this member's stable storage
     * @param storedIndex the last index on this member's stable storage, in log or snapshot
     */
    Introductions(
            String self,
            Set<String> members,
            Incarnations incarnations,
            Executor writing,
            LongSupplier storedTerm,
            LongSupplier storedIndex) {
        this.self = self;
        this.others = new TreeSet<>(members);
        this.others.remove(self);
        this.incarnations = incarnations;
        this.writing = writing;
        this.storedTerm = storedTerm;
        this.storedIndex = storedIndex;
    }

    /** What this member says of itself when it asks a peer for a report. */
    MemberQuery.Builder query() {
        MemberQuery.Builder query =
                MemberQuery.newBuilder().setReentering(incarnations.reentry().stage() != Reentry.Stage.NONE);
        UUID own = incarnations.own();
        if (own != null) {
            ByteBuffer bytes = ByteBuffer.allocate(16);
            bytes.putLong(own.getMostSignificantBits()).putLong(own.getLeastSignificantBits());
            query.setDiskIncarnation(ByteString.copyFrom(bytes.flip()));
        }
        return query;
    }

    /** Whether there is reason to ask the peer at once, and not in a while. */
    boolean eager(String peer) {
        return !introduced.contains(peer) || reentering();
    }

    /** Whether this member lost a disk and has not got everything back yet. */
    boolean reentering() {
        Reentry.Stage stage = incarnations.reentry().stage();
        return stage == Reentry.Stage.ASKING || stage == Reentry.Stage.CATCHING_UP;
    }

    /** Whether this member lost a disk, now or in an earlier life. */
    boolean lostDisk() {
        return incarnations.reentry().stage() != Reentry.Stage.NONE;
    }

    /** A peer has answered {@link #query()}. Does not block. */
    void answered(String peer, MemberReport report) {
        if (!report.getOtherDiskKnown()) {
            introduced.add(peer);
            heard.put(peer, report);
            if (!reentering()) {
                return;
            }
        }
        try {
            writing.execute(report.getOtherDiskKnown() ? () -> lostADisk(peer) : this::advance);
        } catch (RejectedExecutionException busyOrClosing) {
            log.debug("Member {} will look at the next answer of {}", self, peer, busyOrClosing);
        }
    }

    private void lostADisk(String peer) {
        if (incarnations.reentry().stage() == Reentry.Stage.NONE && incarnations.enter(Reentry.ASKING)) {
            log.warn(
                    "Member {} lost its disk: {} knows another one of it, and this one is new. What it acknowledged and"
                            + " whom it voted for is forgotten, so it takes no part until all others ({}) have"
                            + " answered, and gives no vote until it has caught up",
                    self,
                    peer,
                    String.join(", ", others));
        }
    }

    private void advance() {
        Reentry reentry = incarnations.reentry();
        if (!heard.keySet().containsAll(others)) {
            return;
        }
        if (reentry.stage() == Reentry.Stage.ASKING) {
            long floor = Math.max(storedTerm.getAsLong(), highest(MemberReport::getTerm));
            if (incarnations.enter(reentry.asked(floor))) {
                log.info("Member {} has heard from all others and catches up, from term {} on", self, floor);
            }
        } else if (reentry.stage() == Reentry.Stage.CATCHING_UP
                && storedIndex.getAsLong() >= highest(MemberReport::getLastIndex)
                && incarnations.enter(reentry.caughtUp())) {
            log.info("Member {} has caught up after the loss of its disk, and votes again", self);
        }
    }

    private long highest(ToLongFunction<MemberReport> what) {
        return heard.values().stream().mapToLong(what).max().orElse(0);
    }

    /**
     * A peer says who it is and asks for a report. Does not block.
     *
     * @param report what this member says of itself to that question, taken when the answer is given; may block, as the engine keeps whoever
     *     asks it waiting while it stores a term
     */
    void asked(
            String peer,
            ByteString payload,
            MemberTransport.Responder responder,
            Function<MemberQuery, MemberReport.Builder> report) {
        try {
            writing.execute(() -> answer(peer, payload, responder, report));
        } catch (RejectedExecutionException busyOrClosing) {
            responder.refuse("this member is too busy to describe itself");
        }
    }

    private void answer(
            String peer,
            ByteString payload,
            MemberTransport.Responder responder,
            Function<MemberQuery, MemberReport.Builder> report) {
        MemberQuery query;
        UUID theirs;
        try {
            query = MemberQuery.parseFrom(payload);
            theirs = incarnation(query.getDiskIncarnation());
        } catch (InvalidProtocolBufferException malformed) {
            responder.refuse("the query could not be read: " + malformed.getMessage());
            return;
        }
        UUID met = incarnations.met(peer);
        if (theirs == null || theirs.equals(met)) {
            responder.answer(report.apply(query).build().toByteString());
        } else if (met != null && !query.getReentering()) {
            if (announced.add(theirs)) {
                log.warn("Member {} has come back with another disk than the one {} knows it by", peer, self);
            }
            responder.answer(report.apply(query).setOtherDiskKnown(true).build().toByteString());
        } else if (incarnations.meet(peer, theirs)) {
            responder.answer(report.apply(query).build().toByteString());
        } else {
            responder.refuse("this member could not store whom it met");
        }
    }

    private static @Nullable UUID incarnation(ByteString bytes) throws InvalidProtocolBufferException {
        if (bytes.isEmpty()) {
            return null;
        }
        if (bytes.size() != 16) {
            throw new InvalidProtocolBufferException("an incarnation has 16 bytes, not " + bytes.size());
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    /** Why one of the engine's requests from a peer may not be dealt with; null if it may. */
    @Nullable String refusalOfIncoming(String peer, Object request) {
        Reentry reentry = incarnations.reentry();
        String general = refusal(reentry, peer);
        if (general != null) {
            return general;
        }
        if (reentry.stage() == Reentry.Stage.NONE) {
            return null;
        }
        if (request instanceof RequestVoteRequest vote) {
            return refusalOfVote(reentry, vote);
        }
        if (request instanceof TimeoutNowRequest && reentry.stage() != Reentry.Stage.DONE) {
            return notCaughtUp();
        }
        long term = Long.MAX_VALUE;
        if (request instanceof AppendEntriesRequest append) {
            term = append.getTerm();
        } else if (request instanceof InstallSnapshotRequest install) {
            term = install.getTerm();
        }
        return term < reentry.floor()
                ? self + " may have promised to follow leaders of term " + reentry.floor() + " before it lost its disk"
                : null;
    }

    /** Why one of the engine's requests may not be sent to a peer; null if it may. */
    @Nullable String refusalOfOutgoing(String peer, Object request) {
        Reentry reentry = incarnations.reentry();
        String general = refusal(reentry, peer);
        if (general != null) {
            return general;
        }
        return reentry.stage() != Reentry.Stage.NONE && request instanceof RequestVoteRequest vote
                ? refusalOfVote(reentry, vote)
                : null;
    }

    private @Nullable String refusal(Reentry reentry, String peer) {
        if (reentry.stage() == Reentry.Stage.ASKING) {
            return self + " lost its disk and waits for all of " + others + " to answer";
        }
        return introduced.contains(peer) ? null : self + " has not been introduced to " + peer + " yet";
    }

    private @Nullable String refusalOfVote(Reentry reentry, RequestVoteRequest vote) {
        if (reentry.stage() != Reentry.Stage.DONE) {
            return notCaughtUp();
        }
        // A vote before the vote proper promises nothing.
        return !vote.getPreVote() && vote.getTerm() <= reentry.floor()
                ? self + " may have voted in term " + vote.getTerm() + " before it lost its disk"
                : null;
    }

    private String notCaughtUp() {
        return self + " lost its disk and has not caught up yet";
    }
}
