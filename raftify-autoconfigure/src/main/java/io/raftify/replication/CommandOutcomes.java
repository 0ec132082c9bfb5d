package io.raftify.replication;

import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.UnknownOutcome;
import io.raftify.replication.session.CommandIds;
import io.raftify.replication.session.RepeatedProposal;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.ResolveCommand;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Finds out what became of commands whose outcome was unknown, by their {@linkplain OutcomeUnknownException#commandId()
 * id}: on any member, also after a restart. Outcomes are kept for a day by the time in the log, unless there are very many.
 * Thread-safe.
 */
public final class CommandOutcomes {

    private final ObjectProvider<RaftNode> node;
    private final ReplicatedBeans beans;
    private final ObjectProvider<ReplicationSettings> settings;
    private final InstantSource clock;
    private final OutcomeReader reader;

    CommandOutcomes(
            ObjectProvider<RaftNode> node,
            ReplicatedBeans beans,
            ObjectProvider<ReplicationSettings> settings,
            InstantSource clock) {
        this.node = node;
        this.beans = beans;
        this.settings = settings;
        this.clock = clock;
        this.reader = new OutcomeReader(beans.codecs());
    }

    /**
     * What became of a command. If it was not applied by now, it never will be. Waits for the cluster, at most as long as
     * the caller of a command.
     *
     * @param commandId as {@link OutcomeUnknownException#commandId()} gave it
     * @return what the command's method returned
     * @throws IllegalStateException if it is called inside a command or a query
     * @throws IllegalArgumentException if this is no command's id
     * @throws ProposalRejectedException if it was not applied; it may be called again
     * @throws OutcomeUnknownException if that cannot be found out now, or is not kept any more; the message says which
     * @throws Exception the command's own business exception
     */
    public @Nullable Object resolve(String commandId) throws Exception {
        if (beans.gate().inside() != StateGate.Inside.NOTHING) {
            throw new IllegalStateException("What became of command " + commandId + " was asked inside a command or a"
                    + " query. The answer comes through the log, which waits for them, so they would wait for each other."
                    + " Ask outside, and give the command what came of it.");
        }
        CommandId id = CommandIds.parse(commandId);
        if (id == null) {
            throw new IllegalArgumentException("'" + commandId + "' is not the id of a command, such as 812-17");
        }
        RaftNode member = node.getIfAvailable();
        if (member == null) {
            throw new OutcomeUnknownException(
                    "What became of command " + commandId + " cannot be found out: " + CommandCaller.NO_MEMBER,
                    handle(commandId));
        }
        Duration timeout = settings.getObject().proposalTimeout();
        byte[] entry = CommandCaller.newEntry(settings.getObject(), clock)
                .setResolve(ResolveCommand.newBuilder().setId(id))
                .build()
                .toByteArray();
        EntryOutcome outcome;
        try {
            outcome = Waiting.await(
                    RepeatedProposal.start(member, entry, System.nanoTime() + timeout.toNanos())
                            .outcome(),
                    timeout,
                    why -> notNow(commandId, why));
        } catch (ProposalRejectedException | OutcomeUnknownException notAnswered) {
            OutcomeUnknownException unknown = notNow(commandId, String.valueOf(notAnswered.getMessage()));
            unknown.initCause(notAnswered);
            throw unknown;
        }
        return switch (outcome.getOutcomeCase()) {
            case COMMAND -> {
                CallerPosition position = CallerPosition.current();
                if (position != null) {
                    position.seen(outcome.getIndex());
                }
                ReplicatedBeans.Target target =
                        beans.command(outcome.getCommand().getCommand());
                if (target == null) {
                    throw new OutcomeUnknownException(
                            "Command " + commandId + " was applied, but this application has" + " no command '"
                                    + outcome.getCommand().getCommand() + "' that could read its result.",
                            handle(commandId));
                }
                yield reader.value(target.method(), outcome.getCommand(), handle(commandId));
            }
            case REFUSAL ->
                throw OutcomeReader.refused("command " + commandId, outcome.getRefusal(), handle(commandId));
            case SESSION, OUTCOME_NOT_SET ->
                throw new OutcomeUnknownException(
                        "What became of command " + commandId + " cannot be read.", handle(commandId));
        };
    }

    private OutcomeUnknownException notNow(String commandId, String why) {
        return new OutcomeUnknownException(
                "What became of command " + commandId + " cannot be found out now; ask again later. " + why,
                handle(commandId));
    }

    /** Finds out by this member. */
    UnknownOutcome handle(String commandId) {
        return new UnknownOutcome() {
            @Override
            public String commandId() {
                return commandId;
            }

            @Override
            public @Nullable Object resolve() throws Exception {
                return CommandOutcomes.this.resolve(commandId);
            }
        };
    }
}
