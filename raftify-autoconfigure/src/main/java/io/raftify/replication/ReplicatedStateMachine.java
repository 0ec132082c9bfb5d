package io.raftify.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.GivingUpStateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.node.Verdict;
import io.raftify.replication.divergence.CheckpointTaker;
import io.raftify.replication.session.CommandIds;
import io.raftify.replication.session.ExactlyOnce;
import io.raftify.replication.session.GivenUpEntries;
import io.raftify.replication.state.StateDigests;
import io.raftify.replication.state.StateImage;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
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
public final class ReplicatedStateMachine implements GivingUpStateMachine {

    private final ReplicatedBeans beans;
    private final CommandApplication application;
    private final ExactlyOnce once = new ExactlyOnce();
    private final GivenUpEntries givenUp = new GivenUpEntries();
    private final StateImage image;
    private final CheckpointTaker digests;

    private byte @Nullable [] valueDigest;

    /** Whether the state is more than what the application starts with. */
    private volatile boolean applied;

    public ReplicatedStateMachine(ReplicatedBeans beans) {
        this.beans = beans;
        this.application = new CommandApplication(beans, beans.watch());
        this.digests = new CheckpointTaker(
                new StateDigests(beans.state()),
                beans.divergence(),
                () -> beans.build().catalogue().fingerprint());
        this.image = new StateImage(
                beans.state(),
                Stream.concat(once.parts().stream(), Stream.of(beans.admissions(), digests.checkpoints(), givenUp))
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
    public synchronized byte[] apply(long index, long term, byte[] command, Verdict verdict) {
        String diverged = beans.divergence().reason();
        if (diverged != null) {
            // Every further outcome could be wrong. It goes on keeping the log, and votes, but does not lead.
            throw new UnsupportedEntryException(
                    diverged + "; mend the command that is not deterministic, then start this"
                            + " member with an empty data directory");
        }
        try {
            byte[] outcome = applyNow(index, term, command, verdict);
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

    private byte[] applyNow(long index, long term, byte[] bytes, Verdict verdict) {
        LogEntry entry = parse(index, bytes);
        valueDigest = null;
        applied = true;
        long now = once.begin(entry);
        return switch (entry.getContentCase()) {
            case COMMAND -> once.apply(index, now, entry.getCommand(), () -> apply(index, term, now, entry, verdict));
            case OPEN_SESSION -> once.open(index, now).toByteArray();
            case RESOLVE -> once.resolve(index, now, entry.getResolve().getId());
            case ADMIT -> {
                beans.admissions().admit(entry.getAdmit());
                yield WireFormat.outcome(index).build().toByteArray();
            }
            case GIVE_UP -> {
                refuseIfApplied(entry.getGiveUp().getIndex());
                yield WireFormat.outcome(index).build().toByteArray();
            }
            case CONTENT_NOT_SET ->
                throw new UnsupportedEntryException("Entry " + index + ", proposed by '" + entry.getProposer()
                        + "', holds nothing that this application knows: deploy here a version that does.");
        };
    }

    /** The others have a state without it. */
    private void refuseIfApplied(long index) {
        if (!givenUp.contains(index)) {
            throw new IllegalStateException("the members gave up the command in entry " + index
                    + ", but it was applied here. Restart this member: it builds its state anew, without that command. If"
                    + " this comes again, start it with an empty data directory");
        }
    }

    @Override
    public long givenUpBy(byte[] entry) {
        try {
            LogEntry parsed = WireFormat.parseEntry(entry);
            return parsed.hasGiveUp() ? parsed.getGiveUp().getIndex() : 0;
        } catch (InvalidProtocolBufferException notKnownHere) {
            // This member parks there.
            return 0;
        }
    }

    @Override
    public boolean end(long index, Duration since) {
        return application.end(index, since);
    }

    private static LogEntry parse(long index, byte[] bytes) {
        try {
            return WireFormat.parseEntry(bytes);
        } catch (InvalidProtocolBufferException broken) {
            throw new UnsupportedEntryException(
                    "Entry " + index + " is not one that this application can read: " + broken.getMessage(), broken);
        }
    }

    private EntryOutcome apply(long index, long term, long now, LogEntry entry, Verdict verdict) {
        CommandEnvelope envelope = entry.getCommand();
        CommandApplication.Prepared command = application.prepare(index, entry.getProposer(), envelope, verdict);
        ReplicatedMethod method = command.method();
        beans.admissions().applied(method.command(), envelope.getVersion(), method.beanName(), index);
        beans.admissions().applied(command.codec().id(), index);
        if (!envelope.hasIdempotencyKey()) {
            return run(index, term, now, entry, command, verdict);
        }
        return once.applyKeyed(index, now, envelope, method, () -> run(index, term, now, entry, command, verdict));
    }

    private EntryOutcome run(
            long index, long term, long now, LogEntry entry, CommandApplication.Prepared command, Verdict verdict) {
        CommandEnvelope envelope = entry.getCommand();
        AppliedContext context = new AppliedContext(
                index,
                term,
                now,
                CommandIds.text(envelope.getId()),
                entry.getProposer(),
                envelope.getSeed().toByteArray());
        CommandApplication.Came came = application.run(command, context, verdict);
        if (verdict.givenUp()) {
            givenUp.add(index);
        }
        digests.came(came.digest());
        valueDigest = came.outcome().hasValue() ? came.digest() : null;
        return WireFormat.outcome(index).setCommand(came.outcome()).build();
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
        StateImage.Replacement state;
        try {
            state = image.read(snapshot);
        } catch (UnsupportedEntryException unsupported) {
            if (!applied) {
                // The state is not one that was behind, but none at all.
                beans.gate().condemn(String.valueOf(unsupported.getMessage()));
            }
            throw unsupported;
        }
        beans.gate().alone(() -> replace(state));
        boolean another = applied;
        applied = true;
        // Whatever was wrong with the state that was here, it is another one now.
        beans.divergence().replaced(another);
        beans.divergence().taken(digests.report());
    }

    private Boolean replace(StateImage.Replacement state) throws IOException {
        try {
            state.putInPlace();
            return Boolean.TRUE;
        } catch (IOException | RuntimeException | Error halfway) {
            beans.gate().condemn("it was only partly restored: " + halfway.getMessage());
            throw halfway;
        }
    }
}
