package io.raftify.engine;

import io.raftify.engine.wire.GiveUpPromise;
import io.raftify.engine.wire.GiveUpReport;
import io.raftify.node.Verdict;
import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.GiveUps;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the end of an entry and all that can be seen of it. A member that promised not to finish an entry waits
 * here, before it runs it or when it has, until it is known whether the members gave it up; one that finished it cannot
 * promise any more. Decision 20.
 *
 * <p>What decides: an entry of the log that gives it up; an entry of a later term than that of the promise, with nothing
 * before it that does; another member's word that it finished the entry, after which nobody can give it up; or that it was
 * given up.
 *
 * <p>Thread-safe. Its monitor is never held while the disk is written.
 */
final class EntryGate {

    private static final Logger log = LoggerFactory.getLogger(EntryGate.class);

    /** More than a member ever needs: a promise is about the next entry that somebody applies. */
    private static final int MOST_PROMISES = 64;

    /** Of what the log still has. They are said in every report. */
    private static final int MOST_GIVEN_UP = 128;

    private static final long LOOK_AT_DISK_MILLIS = 5;

    private final GiveUpRecords records;
    private final LongSupplier firstIndex;
    private final LongSupplier lastIndex;
    private final Object writing = new Object();

    /** Ahead of the disk, or the same. */
    private GiveUps known;

    private long inHand;
    private long finished;
    private long finishedAfter;
    private volatile boolean closed;

    /**
     * @param firstIndex of the log; nothing before it is applied again
     * @param lastIndex of the log on the disk
     */
    EntryGate(GiveUpRecords records, LongSupplier firstIndex, LongSupplier lastIndex) {
        this.records = records;
        this.firstIndex = firstIndex;
        this.lastIndex = lastIndex;
        this.known = records.get();
    }

    /** Whoever waits here was sent away, since the member closes: the entry is neither applied nor failed. */
    static final class ClosedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ClosedException() {
            super("the member closes before it is known whether the entry is given up");
        }
    }

    /**
     * The thread that applies takes an entry into its hand; waits if it was promised not to finish it.
     *
     * @param ownTerm whether this member leads, or led, the entry's term. If not, it does not finish the entry before its own
     *     disk has it, as the engine might: so after a restart its log says what it cannot have finished. See
     *     {@link FormerRun}
     */
    Verdict begin(long index, boolean ownTerm) {
        if (!ownTerm) {
            awaitStored(index);
        }
        return new Standing(index, awaitDecision(index));
    }

    private void awaitStored(long index) {
        if (lastIndex.getAsLong() < index) {
            awaitWhile(() -> lastIndex.getAsLong() < index, LOOK_AT_DISK_MILLIS);
        }
    }

    /**
     * Whoever is interrupted meanwhile finds that afterwards.
     *
     * @param lookAgainMillis also without being notified; 0 for never
     */
    private synchronized void awaitWhile(BooleanSupplier waits, long lookAgainMillis) {
        boolean interrupted = false;
        try {
            while (waits.getAsBoolean()) {
                if (closed) {
                    throw new ClosedException();
                }
                try {
                    wait(lookAgainMillis);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The entry is applied, or has failed as one that was given up. */
    void end(long index) {
        synchronized (this) {
            inHand = 0;
            if (known.promises().containsKey(index)) {
                throw new IllegalStateException("Entry " + index
                        + " was applied although this member had promised to wait, and"
                        + " its state machine did not ask");
            }
            finished = Math.max(finished, index);
            if (!known.unfinished().contains(index)) {
                return;
            }
            known = known.finishing(index);
        }
        storeOrFail("that entry " + index + " is finished");
    }

    /** The entry is not applied, and none after it: the member parks before it. */
    synchronized void left() {
        inHand = 0;
    }

    /** The state is that of a snapshot now. */
    synchronized void restored(long index) {
        inHand = 0;
        finished = index;
        finishedAfter = index;
        known = new GiveUps(
                known.promises().tailMap(index + 1),
                known.givenUp(),
                known.unfinished().tailSet(index + 1));
    }

    /** Waits until nothing is promised about it, or it was given up; whether it was. */
    private boolean awaitDecision(long index) {
        boolean givenUp;
        synchronized (this) {
            if (known.promises().containsKey(index)) {
                log.info("Entry {} waits here until it is known whether the members give it up", index);
                awaitWhile(() -> known.promises().containsKey(index), 0);
            }
            givenUp = known.givenUp().contains(index);
            inHand = givenUp ? 0 : index;
        }
        if (givenUp) {
            storeOrFail("that entry " + index + " was given up");
        }
        return givenUp;
    }

    private void storeOrFail(String what) {
        if (!store()) {
            throw new IllegalStateException(what + " could not be stored");
        }
    }

    private boolean counts(long index) {
        while (true) {
            if (awaitDecision(index)) {
                return false;
            }
            synchronized (this) {
                if (known.promises().containsKey(index) || known.givenUp().contains(index)) {
                    continue;
                }
                if (!known.unfinished().contains(index)) {
                    finished = Math.max(finished, index);
                    inHand = 0;
                    return true;
                }
                known = known.finishing(index);
            }
            // Before it can be seen that it is finished. Somebody may have asked for a promise meanwhile.
            storeOrFail("that entry " + index + " is finished");
        }
    }

    /**
     * Writes down that the entry in hand is not finished, so that this is still known after a restart; unless it is
     * finished meanwhile.
     */
    void begun(long index) {
        synchronized (this) {
            if (inHand != index || index <= finished || known.unfinished().contains(index)) {
                return;
            }
            known = known.begun(index);
        }
        store();
    }

    /** Whether it is written down that the entry is not finished. */
    synchronized boolean knownUnfinished(long index) {
        return known.unfinished().contains(index);
    }

    /**
     * Promises not to finish an entry before it is decided; writes to the disk. Null if it is promised, durably.
     *
     * @param perhapsFinished whether it may have been finished here before this process began, if nothing is written down
     */
    @Nullable Refusal promise(long index, long term, boolean perhapsFinished) {
        synchronized (this) {
            if (known.givenUp().contains(index)) {
                return new Refusal(false, "entry " + index + " is given up already");
            }
            if (index <= finished) {
                return new Refusal(true, "it has finished entry " + index);
            }
            if (perhapsFinished && !known.unfinished().contains(index)) {
                return new Refusal(false, "it may have finished entry " + index + " before it was restarted");
            }
            forgetBefore(firstIndex.getAsLong());
            if (known.promises().size() >= MOST_PROMISES || known.givenUp().size() >= MOST_GIVEN_UP) {
                return new Refusal(false, "too many entries were given up since its last snapshots");
            }
            known = known.promised(index, term).begun(index);
        }
        return store() ? null : new Refusal(false, "it could not store its promise");
    }

    /** What was given up is only needed as long as it can be applied once more. */
    private void forgetBefore(long first) {
        SortedSet<Long> forgotten = known.givenUp().headSet(first);
        if (!forgotten.isEmpty()) {
            // Or this member would say of them that it applied them, and let others finish what was given up.
            finishedAfter = Math.max(finishedAfter, forgotten.last());
        }
        known = known.from(first);
    }

    /**
     * Why nothing is promised.
     *
     * @param finished whether that is because this member finished the entry
     */
    record Refusal(boolean finished, String why) {}

    /** What was promised to leaders before that term is void: no later entry can give the entry up for them. */
    synchronized void voided(long index, long term) {
        Long promised = known.promises().get(index);
        if (promised != null && promised < term) {
            release(index);
        }
    }

    /** Nothing was or will be proposed by what was promised in that term, to this member itself as leader. */
    synchronized void withdrawn(long index, long term) {
        Long promised = known.promises().get(index);
        if (promised != null && promised == term) {
            release(index);
        }
    }

    /** Nobody will give the entry up by what was promised here. The disk may still say so; it is decided anew after a restart. */
    private void release(long index) {
        known = known.released(index);
        notifyAll();
    }

    /** The entry is given up. */
    void decided(long index) {
        learn(index);
        store();
    }

    private synchronized void learn(long index) {
        if (!known.givenUp().contains(index)) {
            known = known.decided(index);
            notifyAll();
        }
    }

    /** Writes what is known, unless it was written; false if it could not be. */
    boolean store() {
        synchronized (writing) {
            GiveUps latest;
            synchronized (this) {
                latest = known;
            }
            return latest.equals(records.get()) || records.put(latest);
        }
    }

    /**
     * What another member says of itself. Does not block.
     *
     * @param adoptUpTo the highest term of which its promises are taken over
     */
    synchronized void heard(GiveUpReport report, long adoptUpTo) {
        long first = firstIndex.getAsLong();
        for (long index : report.getGivenUpList()) {
            if (index > finished && index >= first) {
                learn(index);
            }
        }
        for (long index : known.promises().keySet()) {
            if (index > report.getFinishedAfter() && index <= report.getFinishedIndex()) {
                release(index);
            }
        }
        for (GiveUpPromise promise : report.getPromisesList()) {
            long index = promise.getIndex();
            if (promise.getTerm() <= adoptUpTo
                    && index > finished
                    && !known.givenUp().contains(index)
                    && known.promises().size() < MOST_PROMISES) {
                known = known.promised(index, promise.getTerm());
            }
        }
    }

    /** What this member says of itself to others. */
    synchronized GiveUpReport report() {
        GiveUpReport.Builder report =
                GiveUpReport.newBuilder().setFinishedAfter(finishedAfter).setFinishedIndex(finished);
        report.addAllGivenUp(known.givenUp());
        known.promises()
                .forEach((index, term) -> report.addPromises(
                        GiveUpPromise.newBuilder().setIndex(index).setTerm(term)));
        return report.build();
    }

    /** What waits for a decision, or will; as it is now, not to be changed. */
    synchronized Set<Long> undecided() {
        return known.promises().tailMap(finished + 1).keySet();
    }

    /** The entry that is being run; 0 if there is none. */
    synchronized long inHand() {
        return inHand;
    }

    /** The entry that is being run although it was given up; 0 if there is none. */
    synchronized long toEnd() {
        return inHand != 0 && known.givenUp().contains(inHand) ? inHand : 0;
    }

    boolean closed() {
        return closed;
    }

    /** Sends away whoever waits. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private final class Standing implements Verdict {

        private final long index;

        /** What was said last; it does not change any more. */
        private boolean failed;

        private boolean counted;

        Standing(long index, boolean skipped) {
            this.index = index;
            this.failed = skipped;
        }

        @Override
        public boolean givenUp() {
            if (!failed && !counted) {
                synchronized (EntryGate.this) {
                    failed = known.givenUp().contains(index);
                }
            }
            return failed;
        }

        @Override
        public boolean counts() {
            if (!failed) {
                counted = EntryGate.this.counts(index);
                failed = !counted;
            }
            return counted;
        }
    }
}
