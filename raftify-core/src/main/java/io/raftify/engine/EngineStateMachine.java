package io.raftify.engine;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.raftify.node.GivingUpStateMachine;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.node.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives the user's state machine from the engine's committed entries, and its snapshots. */
final class EngineStateMachine extends StateMachineAdapter {

    private static final Logger log = LoggerFactory.getLogger(EngineStateMachine.class);

    /** What the member wants to know of leadership. */
    interface Leadership {

        void changed(long term, @Nullable String leaderId);
    }

    private final String self;
    private final StateMachine stateMachine;
    private final AppliedIndex applied;
    private final EntryGate gate;
    private final Participation participation;
    private final ApplyThread applying;
    private final ExecutorService snapshots;
    private final SnapshotFile.RoomCheck room;
    private final Leadership leadership;
    private final int snapshotEntries;
    private final Runnable snapshotDue;
    private final AtomicBoolean snapshotRequested = new AtomicBoolean();

    /** Used by the engine's thread. */
    private long ledTerm;

    private volatile long snapshotIndex;

    /** Where a snapshot was last tried, so that a failing one is not tried again at every entry. */
    private volatile long attemptedIndex;

    private volatile long appliedIndex;
    private volatile @Nullable String restoreFailure;

    EngineStateMachine(
            String self,
            StateMachine stateMachine,
            int snapshotEntries,
            AppliedIndex applied,
            EntryGate gate,
            Participation participation,
            ApplyThread applying,
            ExecutorService snapshots,
            SnapshotFile.RoomCheck room,
            Leadership leadership,
            Runnable snapshotDue) {
        this.self = self;
        this.stateMachine = stateMachine;
        this.snapshotEntries = snapshotEntries;
        this.applied = applied;
        this.gate = gate;
        this.participation = participation;
        this.applying = applying;
        this.snapshots = snapshots;
        this.room = room;
        this.leadership = leadership;
        this.snapshotDue = snapshotDue;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    /** The last command that was applied. */
    long appliedIndex() {
        return appliedIndex;
    }

    /** Why the last snapshot could not be restored; null if it could. */
    @Nullable String restoreFailure() {
        return restoreFailure;
    }

    @Override
    public void onApply(Iterator entries) {
        applying.run(() -> applyAll(entries));
    }

    private void applyAll(Iterator entries) {
        while (entries.hasNext()) {
            String parked = participation.parking().refusal();
            if (parked != null) {
                pass(entries, parked);
                continue;
            }
            long index = entries.getIndex();
            byte[] result;
            applied.giving(index);
            try {
                Verdict verdict = gate.begin(index, entries.getTerm() == ledTerm);
                result = apply(index, entries.getTerm(), bytes(entries.getData()), verdict);
                gate.end(index);
            } catch (EntryGate.ClosedException closing) {
                entries.setErrorAndRollback(1, new Status(RaftError.ESHUTDOWN, "%s", closing.getMessage()));
                return;
            } catch (UnsupportedEntryException unknown) {
                gate.left();
                park(index - 1, unknown);
                continue;
            } catch (Throwable cannotApply) {
                noteGivenUp(index, bytes(entries.getData()));
                // Also errors: an entry half applied must not be followed by the next one, and never skipped.
                String reason = "Entry " + index + " (term " + entries.getTerm() + ") could not be applied: "
                        + describe(cannotApply);
                participation.fail(reason);
                entries.setErrorAndRollback(1, new Status(RaftError.ESTATEMACHINE, "%s", reason));
                // Last, since it asks what was thrown for its message.
                log.error(
                        "Member {} stops applying and stops taking part. {} It is not skipped; restart the member once "
                                + "the cause is mended.",
                        self,
                        reason,
                        cannotApply);
                return;
            }
            appliedIndex = index;
            applied.reached(index);
            if (entries.done() instanceof LocalProposal proposal) {
                proposal.result(result);
                proposal.run(Status.OK());
            }
            entries.next();
        }
        requestSnapshotIfDue();
    }

    private byte[] apply(long index, long term, byte[] command, Verdict verdict) {
        if (!(stateMachine instanceof GivingUpStateMachine machine)) {
            return stateMachine.apply(index, term, command);
        }
        return machine.apply(index, term, command, verdict);
    }

    /**
     * What fails may be the entry that gives another one up, since that was applied here: this member differs from the others.
     * After a restart it does not run it again.
     */
    private void noteGivenUp(long index, byte[] command) {
        long givenUp = stateMachine instanceof GivingUpStateMachine machine ? machine.givenUpBy(command) : 0;
        if (givenUp > 0 && givenUp < index) {
            gate.decided(givenUp);
        }
    }

    /** What is thrown may be the application's own, and throw as it is looked at. */
    private static String describe(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable speechless) {
            return thrown.getClass().getName();
        }
    }

    /**
     * What follows on an entry that is not known: to the engine it counts as applied, or its queue of committed entries
     * would fill, and then hold up those who append. Whoever proposed it here cannot learn what it came to.
     */
    private static void pass(Iterator entries, String why) {
        Closure done = entries.done();
        if (done != null) {
            done.run(new Status(RaftError.ESTATEMACHINE, "%s", why));
        }
        entries.next();
    }

    private void park(long lastApplied, UnsupportedEntryException unknown) {
        String message = String.valueOf(unknown.getMessage());
        String reason = message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
        log.debug("Member {} parks after index {}", self, lastApplied, unknown);
        participation.parking().park(lastApplied, reason);
    }

    /**
     * Reads through a view of its own: the buffer is the entry's, and where applying is faster than this member's disk
     * or a follower, the log writer and the replicators have yet to read it.
     */
    static byte[] bytes(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return bytes;
    }

    /** Any thread may look; at most one request is on its way. */
    void requestSnapshotIfDue() {
        boolean due = snapshotEntries > 0
                && appliedIndex - attemptedIndex >= snapshotEntries
                && participation.parking().parked() == null;
        if (due && snapshotRequested.compareAndSet(false, true)) {
            try {
                // Not from this thread: the engine would put the request into the queue that this thread empties.
                snapshots.execute(snapshotDue);
            } catch (RejectedExecutionException closing) {
                log.debug("No snapshot: the member is closing");
            }
        }
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        String parked = participation.parking().refusal();
        if (parked != null) {
            // The engine would note it down as one that covers what was passed over, and cut the log behind it.
            done.run(new Status(RaftError.ECANCELED, "%s", parked));
            return;
        }
        long index = appliedIndex;
        StateSnapshot snapshot;
        try {
            snapshot = stateMachine.snapshot();
        } catch (RuntimeException | Error noSnapshot) {
            snapshotFailed(done, index, noSnapshot);
            return;
        }
        try {
            snapshots.execute(() -> write(writer, snapshot, index, done));
        } catch (RejectedExecutionException closing) {
            done.run(new Status(RaftError.ESHUTDOWN, "The member is closing"));
        }
    }

    private void write(SnapshotWriter writer, StateSnapshot snapshot, long index, Closure done) {
        long start = System.nanoTime();
        try {
            Path file = Path.of(writer.getPath(), SnapshotFile.NAME);
            SnapshotFile.write(file, snapshot, room);
            if (!writer.addFile(SnapshotFile.NAME)) {
                throw new IOException("The engine did not take the file " + file);
            }
        } catch (IOException | RuntimeException | Error notWritten) {
            // Also errors: without an answer the engine would take no further snapshot.
            snapshotFailed(done, index, notWritten);
            return;
        }
        snapshotIndex = index;
        attemptedIndex = index;
        snapshotRequested.set(false);
        done.run(Status.OK());
        log.debug(
                "Member {} wrote a snapshot up to index {} in {} ms",
                self,
                index,
                (System.nanoTime() - start) / 1_000_000);
    }

    /** The log is only longer than it need be; the next try comes after as many entries again. */
    private void snapshotFailed(Closure done, long index, Throwable why) {
        log.warn(
                "Member {} could not write a snapshot up to index {}; the log is kept and another try is made later: {}",
                self,
                index,
                why.toString(),
                why);
        attemptedIndex = index;
        snapshotRequested.set(false);
        // Not EIO, at which the engine stops the member.
        done.run(new Status(RaftError.ESTATEMACHINE, "%s", "The snapshot could not be written: " + why));
    }

    /** A snapshot was written, or was asked for in vain, because one is being written or nothing is new. */
    void snapshotRequestEnded() {
        snapshotRequested.set(false);
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        Path file = Path.of(reader.getPath(), SnapshotFile.NAME);
        try {
            long index = reader.load().getLastIncludedIndex();
            applied.giving(index);
            SnapshotFile.restore(file, stateMachine);
            snapshotIndex = index;
            attemptedIndex = index;
            appliedIndex = index;
            gate.restored(index);
            applied.reached(index);
            participation.parking().lift();
            return true;
        } catch (UnsupportedEntryException unknown) {
            // It is whole and on disk, only for another build: that one will restore it.
            snapshotIndex = reader.load().getLastIncludedIndex();
            attemptedIndex = snapshotIndex;
            park(appliedIndex, unknown);
            return true;
        } catch (IOException | RuntimeException | Error notRestored) {
            String reason = "The state could not be restored from snapshot " + file + ": " + notRestored.getMessage();
            log.error("Member {} stops taking part. {}", self, reason, notRestored);
            restoreFailure = reason;
            participation.fail(reason);
            return false;
        }
    }

    @Override
    public void onLeaderStart(long term) {
        ledTerm = term;
        leadership.changed(term, self);
    }

    @Override
    public void onLeaderStop(Status status) {
        log.debug("Member {} leads no more: {}", self, status);
        // The engine says "stopped following" to followers alone. Also when leadership is handed over: if that fails,
        // it begins to lead again.
        leadership.changed(ledTerm, null);
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        leadership.changed(context.getTerm(), EngineNames.nodeId(context.getLeaderId()));
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        leadership.changed(context.getTerm(), null);
    }

    @Override
    public void onConfigurationCommitted(Configuration configuration) {
        log.debug("Member {} sees members {} committed", self, EngineNames.nodeIds(configuration));
    }

    @Override
    public void onError(RaftException error) {
        if (gate.closed()) {
            log.debug("Member {} closes before it is known whether an entry is given up", self);
            return;
        }
        participation.fail(error.getStatus().getErrorMsg());
    }

    @Override
    public void onShutdown() {
        log.debug("Member {} applied up to index {}", self, appliedIndex);
    }
}
