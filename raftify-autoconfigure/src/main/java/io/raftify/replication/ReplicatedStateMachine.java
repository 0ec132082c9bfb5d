package io.raftify.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Applies the entries of the log to the replicated beans of this application, each command once however often it was sent,
 * and captures and restores their state.
 *
 * <p>What a method throws is an outcome like a value: it goes to the caller, and nothing is changed. A member that cannot
 * read an entry, or lacks its command, does not skip it.
 *
 * <p>Driven by one thread. The monitor is for whoever looks at the state of a member that has diverged.
 */
public final class ReplicatedStateMachine implements StateMachine {

    private final ReplicatedBeans beans;
    private final CommandApplication application;
    private final LogTime time = new LogTime();
    private final Sessions sessions = new Sessions();
    private final KeyedOutcomes keyed = new KeyedOutcomes();
    private final StateImage image;
    private final CheckpointTaker digests;

    private byte @Nullable [] valueDigest;

    /** Whether the state is more than what the application starts with. */
    private volatile boolean applied;

    public ReplicatedStateMachine(ReplicatedBeans beans) {
        this.beans = beans;
        this.application = new CommandApplication(beans, beans.watch());
        List<LibraryState> own = List.of(time, sessions, keyed);
        this.digests = new CheckpointTaker(beans);
        this.image = new StateImage(
                beans,
                Stream.concat(own.stream(), Stream.of(beans.admissions(), digests.checkpoints()))
                        .toList());
    }

    /** Why this member's state must not be served, as a clause; null if it may. Any thread may ask. */
    public @Nullable String refusal() {
        String diverged = beans.divergence().reason();
        return diverged != null ? diverged : beans.gate().broken();
    }

    /** The command that is being applied now; null if there is none. Any thread may ask. */
    public @Nullable CommandInProgress inProgress() {
        return beans.watch().inProgress();
    }

    /**
     * Stands for the value that the entry applied last came to: equal for equal values, whose sets and maps may be in another
     * order. Null if a command threw an exception, or was not run.
     */
    public synchronized byte @Nullable [] valueDigest() {
        byte[] digest = valueDigest;
        return digest != null ? digest.clone() : null;
    }

    @Override
    public synchronized byte[] apply(long index, long term, byte[] command) {
        String diverged = beans.divergence().reason();
        if (diverged != null) {
            // Every further outcome could be wrong. It goes on keeping the log, and votes, but does not lead.
            throw new UnsupportedEntryException(
                    diverged + "; mend the command that is not deterministic, then start this"
                            + " member with an empty data directory");
        }
        try {
            byte[] outcome = applyNow(index, term, command);
            digests.applied(index);
            return outcome;
        } catch (UnsupportedEntryException unsupported) {
            // No bean was touched: what is here is whole, only behind, and LOCAL queries may go on reading it.
            throw unsupported;
        } catch (RuntimeException | Error failure) {
            beans.gate().condemn("applying entry " + index + " failed: " + failure.getMessage());
            throw failure;
        }
    }

    private byte[] applyNow(long index, long term, byte[] bytes) {
        LogEntry entry = parse(index, bytes);
        valueDigest = null;
        applied = true;
        long now = time.advance(entry.getProposedAtMillis());
        sessions.expire(now);
        keyed.expire(now);
        return switch (entry.getContentCase()) {
            case COMMAND -> once(index, term, now, entry);
            case OPEN_SESSION -> {
                sessions.open(index, now);
                yield outcome(index).setSession(index).build().toByteArray();
            }
            case RESOLVE -> resolve(index, now, entry.getResolve().getId());
            case ADMIT -> {
                beans.admissions().admit(entry.getAdmit());
                yield outcome(index).build().toByteArray();
            }
            case CONTENT_NOT_SET ->
                throw new UnsupportedEntryException("Entry " + index + ", proposed by '" + entry.getProposer()
                        + "', holds nothing that this application knows: deploy here a version that does.");
        };
    }

    private static LogEntry parse(long index, byte[] bytes) {
        try {
            return WireFormat.parseEntry(bytes);
        } catch (InvalidProtocolBufferException broken) {
            throw new UnsupportedEntryException(
                    "Entry " + index + " is not one that this application can read: " + broken.getMessage(), broken);
        }
    }

    /** The command, unless it was applied before (thesis, section 6.3). */
    private byte[] once(long index, long term, long now, LogEntry entry) {
        CommandEnvelope command = entry.getCommand();
        if (!command.hasId()) {
            // Of a proposer that never sends anything twice, and asks for no outcome.
            return apply(index, term, now, entry).toByteArray();
        }
        CommandId id = command.getId();
        return switch (sessions.standing(id, now)) {
            case OVER -> sessions.outcome(id);
            case FORGOTTEN -> forgotten(index, id);
            case NEW -> {
                byte[] outcome = apply(index, term, now, entry).toByteArray();
                sessions.keep(id, outcome);
                sessions.answered(id, command.getAnsweredBelow());
                yield outcome;
            }
        };
    }

    /** The command, unless its key was used before. */
    private EntryOutcome apply(long index, long term, long now, LogEntry entry) {
        CommandEnvelope envelope = entry.getCommand();
        CommandApplication.Prepared command = application.prepare(index, entry.getProposer(), envelope);
        beans.admissions().applied(command.method(), envelope.getVersion(), index);
        beans.admissions().applied(command.codec(), index);
        if (!envelope.hasIdempotencyKey()) {
            return run(index, term, now, entry, command);
        }
        // The proposer's, never one found among the arguments: another build may declare another one, or none.
        byte[] key = envelope.getIdempotencyKey().toByteArray();
        byte[] payload =
                (envelope.hasArgumentsDigest() ? envelope.getArgumentsDigest() : envelope.getPayload()).toByteArray();
        KeyedOutcomes.Kept before = keyed.find(envelope.getCommand(), key);
        if (before == null) {
            EntryOutcome outcome = run(index, term, now, entry, command);
            keyed.keep(envelope.getCommand(), key, envelope.getVersion(), payload, outcome.toByteArray(), now);
            return outcome;
        }
        return before.sameArguments(envelope.getVersion(), payload)
                ? read(before.outcome())
                : refusal(
                        index,
                        Refusal.Reason.KEY_REUSED,
                        "the idempotency key of the " + command.method() + " was used before, with other arguments.");
    }

    private EntryOutcome run(long index, long term, long now, LogEntry entry, CommandApplication.Prepared command) {
        CommandEnvelope envelope = entry.getCommand();
        AppliedContext context = new AppliedContext(
                index,
                term,
                now,
                Sessions.text(envelope.getId()),
                entry.getProposer(),
                envelope.getSeed().toByteArray());
        CommandApplication.Came came = application.run(command, context);
        digests.came(came.digest());
        valueDigest = came.outcome().hasValue() ? came.digest() : null;
        return outcome(index).setCommand(came.outcome()).build();
    }

    /** Whoever asks what became of a command that was not applied is told so, and it stays that way. */
    private byte[] resolve(long index, long now, CommandId id) {
        return switch (sessions.standing(id, now)) {
            case OVER -> sessions.outcome(id);
            case FORGOTTEN -> forgotten(index, id);
            case NEW -> {
                byte[] never = refusal(index, Refusal.Reason.RESOLVED, "").toByteArray();
                sessions.keep(id, never);
                yield never;
            }
        };
    }

    private static byte[] forgotten(long index, CommandId id) {
        return refusal(
                        index,
                        Refusal.Reason.EXPIRED,
                        "The outcomes of session " + id.getSession()
                                + " are not kept any more, or not those of its older commands.")
                .toByteArray();
    }

    private static EntryOutcome refusal(long index, Refusal.Reason reason, String text) {
        return outcome(index)
                .setRefusal(Refusal.newBuilder().setReason(reason).setText(text))
                .build();
    }

    private static EntryOutcome.Builder outcome(long index) {
        return EntryOutcome.newBuilder().setFormatVersion(WireFormat.VERSION).setIndex(index);
    }

    private static EntryOutcome read(byte[] kept) {
        try {
            return EntryOutcome.parseFrom(kept);
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException("An outcome that this member wrote cannot be read", impossible);
        }
    }

    @Override
    public synchronized StateSnapshot snapshot() {
        return beans.gate().shared(image::capture);
    }

    /**
     * Replaces the state of all replicated beans, or changes nothing.
     *
     * @throws IOException if the bytes are damaged, or hold a bean that this application does not have
     * @throws UnsupportedEntryException if they hold what a command did that this application does not have
     */
    @Override
    public synchronized void restore(StoredSnapshot snapshot) throws IOException {
        try {
            image.restore(snapshot);
        } catch (UnsupportedEntryException unsupported) {
            if (!applied) {
                // The state is not one that was behind, but none at all.
                beans.gate().condemn(String.valueOf(unsupported.getMessage()));
            }
            throw unsupported;
        }
        boolean another = applied;
        applied = true;
        // Whatever was wrong with the state that was here, it is another one now.
        beans.divergence().replaced(another);
        beans.divergence().taken(digests.checkpoints().report());
    }
}
