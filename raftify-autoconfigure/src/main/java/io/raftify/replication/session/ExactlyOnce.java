package io.raftify.replication.session;

import io.raftify.replication.state.LibraryState;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;
import java.util.List;
import java.util.function.Supplier;

/**
 * Applies a command once, however often it stands in the log, and answers every other entry of it with what became of it
 * then. The same on every member at the same index. Used by the thread that applies.
 */
public final class ExactlyOnce {

    private final LogTime time = new LogTime();
    private final Sessions sessions = new Sessions();
    private final KeyedOutcomes keyed = new KeyedOutcomes();

    /** What belongs into snapshots. */
    public List<LibraryState> parts() {
        return List.of(time, sessions, keyed);
    }

    /**
     * Begins with an entry of the log: forgets what is too old by then.
     *
     * @return the log's time at the entry
     */
    public long begin(LogEntry entry) {
        long now = time.advance(entry.getProposer(), entry.getProposedAtMillis());
        sessions.expire(time.agreed());
        keyed.expire(time.agreed());
        return now;
    }

    /** Opens a session, named by the index of the entry. */
    public EntryOutcome open(long index, long now) {
        sessions.open(index, now);
        return WireFormat.outcome(index).setSession(index).build();
    }

    /**
     * The command, unless it was applied before (thesis, section 6.3).
     *
     * @param apply is called at most once
     * @return an {@link EntryOutcome}
     */
    public byte[] apply(long index, long now, CommandEnvelope command, Supplier<EntryOutcome> apply) {
        if (!command.hasId()) {
            // Of a proposer that never sends anything twice, and asks for no outcome.
            return apply.get().toByteArray();
        }
        CommandId id = command.getId();
        return switch (sessions.standing(id, now)) {
            case OVER -> sessions.outcome(id);
            case FORGOTTEN -> forgotten(index, id);
            case NEW -> {
                byte[] outcome = apply.get().toByteArray();
                sessions.keep(id, outcome);
                sessions.answered(id, command.getAnsweredBelow());
                yield outcome;
            }
        };
    }

    /**
     * The command, unless its key was used before. The key is the proposer's, never one found among the arguments: another
     * build may declare another one, or none.
     *
     * @param command has a key
     * @param what prints as the command in words
     * @param apply is called at most once
     */
    public EntryOutcome applyKeyed(
            long index, long now, CommandEnvelope command, Object what, Supplier<EntryOutcome> apply) {
        byte[] key = command.getIdempotencyKey().toByteArray();
        byte[] payload =
                (command.hasArgumentsDigest() ? command.getArgumentsDigest() : command.getPayload()).toByteArray();
        KeyedOutcomes.Kept before = keyed.find(command.getCommand(), key);
        if (before == null) {
            EntryOutcome outcome = apply.get();
            keyed.keep(command.getCommand(), key, command.getVersion(), payload, outcome.toByteArray(), now);
            return outcome;
        }
        return before.sameArguments(command.getVersion(), payload)
                ? WireFormat.parseOwnOutcome(before.outcome())
                : refusal(
                        index,
                        Refusal.Reason.KEY_REUSED,
                        "the idempotency key of the " + what + " was used before, with other arguments.");
    }

    /**
     * Whoever asks what became of a command that was not applied is told so, and it stays that way.
     *
     * @return an {@link EntryOutcome}
     */
    public byte[] resolve(long index, long now, CommandId id) {
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
        return WireFormat.outcome(index)
                .setRefusal(Refusal.newBuilder().setReason(reason).setText(text))
                .build();
    }
}
