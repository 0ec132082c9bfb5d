package io.raftify.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Until when this member, as leader, can be sure that nobody else leads (thesis, section 6.4.1). The other side of it is
 * {@link LeaderPromise}: whoever takes an append of a leader helps nobody else into leadership for an election timeout
 * from then on. So while a quorum has taken one that was sent less than an election timeout ago, nobody else can have been
 * elected. The lease ends after nine tenths of that, so the clock of a follower may run up to a tenth faster than the
 * leader's.
 *
 * <p>Ours and not the engine's, which counts a peer whose replicator has just started as if it had answered, and whose
 * followers keep a candidate from asking for votes but not from getting them.
 *
 * <p>Void, whatever the clock says: in another term than the one in which this member leads, as it may have voted for
 * somebody; and in a term in which it told somebody to take over, for good, since that request may arrive at any time and
 * its election asks for no promises.
 */
final class LeaderLease {

    private final Set<String> others;
    private final long length;
    private final LongSupplier storedTerm;
    private final LongSupplier monotonic;
    private final LongSupplier wall;

    private long leadingTerm;
    private long handedOverTerm;
    private long answeredTerm;
    private final Map<String, Moment> answered = new HashMap<>();

    /** By two clocks: the monotonic one may stand still while a machine sleeps, the other one can be set. */
    private record Moment(long monotonicNanos, long wallMillis) {

        /** What either of them says, whichever is more. */
        long elapsedAt(Moment now) {
            return Math.max(
                    now.monotonicNanos - monotonicNanos, TimeUnit.MILLISECONDS.toNanos(now.wallMillis - wallMillis));
        }
    }

    /** @param storedTerm the term on stable storage, where it is before this member votes in it */
    LeaderLease(Set<String> others, Duration electionTimeout, LongSupplier storedTerm) {
        this(others, electionTimeout, storedTerm, System::nanoTime, System::currentTimeMillis);
    }

    LeaderLease(
            Set<String> others,
            Duration electionTimeout,
            LongSupplier storedTerm,
            LongSupplier monotonic,
            LongSupplier wall) {
        this.others = Set.copyOf(others);
        this.length = electionTimeout.toNanos() / 10 * 9;
        this.storedTerm = storedTerm;
        this.monotonic = monotonic;
        this.wall = wall;
    }

    /** An append about to be sent, until the peer has answered it. */
    final class Sent {

        private final String peer;
        private final long term;
        private final Moment at = now();

        private Sent(String peer, long term) {
            this.peer = peer;
            this.term = term;
        }

        /** The peer has answered in this term: only in the leader's own has it taken the append. */
        void answered(long termOfPeer) {
            if (termOfPeer == term) {
                taken(peer, term, at);
            }
        }
    }

    /** To be called before the append is sent. */
    Sent sending(String peer, long term) {
        return new Sent(peer, term);
    }

    private synchronized void taken(String peer, long term, Moment at) {
        if (term > answeredTerm) {
            answeredTerm = term;
            answered.clear();
        }
        if (term == answeredTerm && others.contains(peer)) {
            answered.merge(peer, at, (one, other) -> other.monotonicNanos - one.monotonicNanos >= 0 ? other : one);
        }
    }

    /** This member leads, and has committed an entry of its own term. */
    synchronized void leads(long term) {
        leadingTerm = term;
    }

    synchronized void leadsNoMore() {
        leadingTerm = 0;
    }

    /** To be called before anybody is told to take over from the leader of this term. */
    synchronized void handsOver(long term) {
        handedOverTerm = Math.max(handedOverTerm, term);
    }

    /**
     * Whether, at some moment during this call, nobody but this member led. A pause afterwards does no harm: what is read
     * later is no older than at that moment, which comes after the reader's question.
     */
    synchronized boolean holds() {
        // First the clock, then whether the term still is the same: a vote in between must be seen.
        Moment now = now();
        long term = leadingTerm;
        if (term == 0 || term == handedOverTerm || (term != answeredTerm && !others.isEmpty())) {
            return false;
        }
        long agreed = 1
                + answered.values().stream()
                        .filter(sent -> sent.elapsedAt(now) < length)
                        .count();
        return agreed > (others.size() + 1) / 2 && storedTerm.getAsLong() == term;
    }

    private Moment now() {
        return new Moment(monotonic.getAsLong(), wall.getAsLong());
    }
}
