package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this member owes the leader it last heard from: for an election timeout, it helps nobody else into leadership
 * (thesis, sections 4.2.3 and 6.4.1). It neither votes for others nor asks for votes. On it {@link LeaderLease} rests. The
 * engine keeps it only before the vote proper; a candidate that had its answers to that from before the leader was heard
 * would be elected all the same.
 *
 * <p>Released by the leader itself, when it tells a member to take over: it has given up its lease before. The member so
 * told says so with its requests for votes.
 *
 * <p>A promise is not on stable storage. So a member that comes back, with its disk or without, keeps the one it may have
 * given just before, for an election timeout from its start.
 */
final class LeaderPromise {

    private final long length;
    private final LongSupplier storedTerm;
    private final BooleanSupplier lostDisk;
    private final LongSupplier monotonic;
    private final long started;

    private boolean given;
    private long since;
    private volatile long handedOverTerm = -1;

    /**
     * @param storedTerm the term on stable storage
     * @param lostDisk whether this member has found out that it had another disk before
     */
    LeaderPromise(Duration electionTimeout, LongSupplier storedTerm, BooleanSupplier lostDisk) {
        this(electionTimeout, storedTerm, lostDisk, System::nanoTime);
    }

    LeaderPromise(Duration electionTimeout, LongSupplier storedTerm, BooleanSupplier lostDisk, LongSupplier monotonic) {
        this.length = electionTimeout.toNanos();
        this.storedTerm = storedTerm;
        this.lostDisk = lostDisk;
        this.monotonic = monotonic;
        this.started = monotonic.getAsLong();
    }

    /** The stored term is known, and from now on others are heard. */
    void begin() {
        // A member that never was in any term has promised nothing.
        if (storedTerm.getAsLong() > 0) {
            promise(started);
        }
    }

    /** An append of a leader has come. To be called before it is answered. */
    void heard(long term) {
        if (term >= storedTerm.getAsLong()) {
            promise(monotonic.getAsLong());
        }
    }

    private synchronized void promise(long from) {
        if (!given || from - since > 0) {
            since = from;
            given = true;
        }
    }

    /** The leader of this term tells this member to take over. To be called before the engine gets to know. */
    void handedOver(long term) {
        handedOverTerm = term;
    }

    /** Whether this member's request for votes is one that a leader told it to make. */
    boolean askedByLeader(RequestVoteRequest own) {
        return !own.getPreVote() && own.getTerm() == handedOverTerm + 1;
    }

    /** Why this member helps nobody into leadership just now; null if it may. */
    synchronized @Nullable String refusal() {
        if (!given && lostDisk.getAsBoolean()) {
            promise(started);
        }
        if (!given) {
            return null;
        }
        long elapsed = monotonic.getAsLong() - since;
        return elapsed < length
                ? "a leader was heard, or may have been before this member started, "
                        + TimeUnit.NANOSECONDS.toMillis(elapsed) + " ms ago"
                : null;
    }
}
