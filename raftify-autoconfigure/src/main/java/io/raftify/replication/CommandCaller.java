package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.NoLeaderException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.UnknownOutcome;
import io.raftify.replication.CommandListener.Fate;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.Refusal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes a call of a command to the log and brings back what became of it. */
final class CommandCaller {

    static final String NO_MEMBER = "this application runs without a member (raftify.enabled is false, or there is no"
            + " RaftNode bean), and a call must not stay local without a word.";

    private static final int SEED_LENGTH = 16;

    /** A session that was just opened does not expire unless clocks are far apart; then it is better to say so. */
    private static final int MOST_SESSIONS_FOR_ONE_CALL = 3;

    private final @Nullable RaftNode node;
    private final @Nullable ClientSessions sessions;
    private final HoldBack holdBack;
    private final CommandOutcomes outcomes;
    private final Codecs codecs;
    private final CborFormat keys;
    private final OutcomeReader reader;
    private final ReplicationSettings settings;
    private final List<CommandListener> listeners;
    private final InstantSource clock;
    private final SecureRandom seeds = new SecureRandom();

    /**
     * @param node null if this application runs without a member
     * @param keys in which idempotency keys are written
     */
    CommandCaller(
            @Nullable RaftNode node,
            HoldBack holdBack,
            Codecs codecs,
            CborFormat keys,
            ReplicationSettings settings,
            CommandOutcomes outcomes,
            List<CommandListener> listeners,
            InstantSource clock) {
        this.node = node;
        this.holdBack = holdBack;
        this.codecs = codecs;
        this.keys = keys;
        this.reader = new OutcomeReader(codecs);
        this.settings = settings;
        this.outcomes = outcomes;
        this.listeners = listeners;
        this.clock = clock;
        this.sessions = node != null
                ? new ClientSessions(node, () -> newEntry(settings, clock), settings.proposalTimeout())
                : null;
    }

    /** An entry of the log without its content. */
    static LogEntry.Builder newEntry(ReplicationSettings settings, InstantSource clock) {
        return LogEntry.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setProposedAtMillis(clock.millis())
                .setProposer(settings.nodeId());
    }

    /** Waits for the method's value; throws its exception, or what says which other fate the call had. */
    @Nullable Object call(ReplicatedMethod method, @Nullable Object[] arguments) throws Exception {
        CommandOutcome outcome =
                Waiting.await(submit(method, arguments), timeout(method), why -> unanswered(method, why));
        return reader.value(method, outcome);
    }

    /**
     * Does not wait. The future ends by the call's deadline, with the method's value or, exceptionally, as {@link #call}
     * does.
     *
     * @param threads read the outcome, which those of the member have no time for
     */
    CompletableFuture<@Nullable Object> start(ReplicatedMethod method, @Nullable Object[] arguments, Executor threads) {
        CompletableFuture<CommandOutcome> answered =
                Waiting.answered(submit(method, arguments), timeout(method), why -> unanswered(method, why));
        return answered.thenApplyAsync(
                outcome -> {
                    try {
                        return reader.value(method, outcome);
                    } catch (RuntimeException itself) {
                        throw itself;
                    } catch (Exception checked) {
                        throw new CompletionException(checked);
                    }
                },
                threads);
    }

    private static OutcomeUnknownException unanswered(ReplicatedMethod method, String why) {
        return new OutcomeUnknownException("What became of " + method + " is unknown. " + why);
    }

    private Duration timeout(ReplicatedMethod method) {
        Duration own = method.timeout();
        return own != null ? own : settings.proposalTimeout();
    }

    /** @return completed on a thread of the member, so nothing that may block must depend on it directly */
    private CompletableFuture<CommandOutcome> submit(ReplicatedMethod method, @Nullable Object[] arguments) {
        long start = System.nanoTime();
        CompletableFuture<CommandOutcome> ended;
        try {
            ended = new Call(method, arguments, start + timeout(method).toNanos()).begin();
        } catch (RuntimeException notBegun) {
            ended = CompletableFuture.failedFuture(notBegun);
        }
        ended.whenComplete((outcome, failure) -> {
            Fate fate = fate(outcome, failure);
            Duration duration = Duration.ofNanos(System.nanoTime() - start);
            for (CommandListener listener : listeners) {
                listener.commandEnded(method.command(), fate, duration);
            }
        });
        return ended;
    }

    private static Fate fate(@Nullable CommandOutcome outcome, @Nullable Throwable failure) {
        if (outcome != null) {
            return outcome.hasException() ? Fate.EXCEPTION : Fate.VALUE;
        }
        return failure instanceof OutcomeUnknownException ? Fate.UNKNOWN : Fate.REJECTED;
    }

    /** One call of a command, from session to session if need be. */
    private final class Call {

        private final ReplicatedMethod method;
        private final RaftNode member;
        private final ClientSessions opened;
        private final CommandCodec codec = codecs.primary();
        private final byte[] payload;
        private final byte @Nullable [] key;
        private final long deadline;
        private final CompletableFuture<CommandOutcome> ended = new CompletableFuture<>();

        /** The caller's, which is not on its own thread any more when the outcome comes. */
        private final @Nullable CallerPosition position = CallerPosition.current();

        private int sessionsUsed;

        Call(ReplicatedMethod method, @Nullable Object[] arguments, long deadline) {
            if (node == null || sessions == null) {
                throw new NodeStoppedException("The " + method + " cannot be called: " + NO_MEMBER);
            }
            holdBack.check(method);
            this.member = node;
            this.opened = sessions;
            this.method = method;
            this.deadline = deadline;
            @Nullable Object[] written = method.written(arguments);
            this.payload = codec.encodeCall(method, written);
            this.key = method.key(written, keys);
            // What cannot be read back would stop every member once it is in the log; here it only costs its caller.
            codec.decodeCall(method, payload);
        }

        CompletableFuture<CommandOutcome> begin() {
            sessionsUsed++;
            CompletableFuture<ClientSession> session = opened.current();
            if (session.isDone()) {
                session.whenComplete(this::propose);
            } else {
                // Its opening may take longer than this call has.
                session.copy()
                        .orTimeout(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
                        .whenComplete(this::propose);
            }
            return ended;
        }

        private void propose(@Nullable ClientSession session, @Nullable Throwable notOpened) {
            if (session == null) {
                Throwable cause = notOpened instanceof CompletionException wrapped ? wrapped.getCause() : notOpened;
                ended.completeExceptionally(
                        cause instanceof ProposalRejectedException
                                ? cause
                                : new NoLeaderException("Not applied: no leader opened a session for the " + method
                                        + " before its deadline."));
                return;
            }
            ClientSession.Begun begun = session.begin();
            RepeatedProposal proposal = RepeatedProposal.start(member, entry(begun), deadline);
            proposal.outcome().whenComplete((outcome, failure) -> {
                if (outcome != null) {
                    answered(session, begun.id(), outcome, proposal.wasUnknown());
                } else {
                    failed(session, begun.id(), failure);
                }
            });
        }

        private byte[] entry(ClientSession.Begun begun) {
            CommandEnvelope.Builder command = CommandEnvelope.newBuilder()
                    .setCodec(codec.id())
                    .setCommand(method.command())
                    .setVersion(method.version())
                    .setId(begun.id())
                    .setAnsweredBelow(begun.answeredBelow())
                    .setPayload(ByteString.copyFrom(payload));
            if (key != null) {
                command.setIdempotencyKey(ByteString.copyFrom(key));
            }
            if (method.contextParameter() >= 0) {
                byte[] seed = new byte[SEED_LENGTH];
                seeds.nextBytes(seed);
                command.setSeed(ByteString.copyFrom(seed));
            }
            return newEntry(settings, clock).setCommand(command).build().toByteArray();
        }

        private void answered(ClientSession session, CommandId id, EntryOutcome outcome, boolean sentBefore) {
            if (outcome.hasCommand()) {
                session.answered(id);
                if (position != null) {
                    position.seen(outcome.getIndex());
                }
                ended.complete(outcome.getCommand());
            } else if (outcome.getRefusal().getReason() != Refusal.Reason.EXPIRED) {
                session.answered(id);
                ended.completeExceptionally(OutcomeReader.refused("the " + method, outcome.getRefusal()));
            } else {
                session.retire();
                // In the log once and refused there, it was surely not applied, and may go again under a new id.
                if (sentBefore) {
                    ended.completeExceptionally(OutcomeReader.refused("the " + method, outcome.getRefusal()));
                } else if (sessionsUsed == MOST_SESSIONS_FOR_ONE_CALL) {
                    ended.completeExceptionally(new ProposalRejectedException("Not applied: sessions expire as soon as"
                            + " they are opened; check that the clocks of the members agree."));
                } else {
                    begin();
                }
            }
        }

        private void failed(ClientSession session, CommandId id, @Nullable Throwable failure) {
            if (failure instanceof ProposalRejectedException) {
                session.answered(id);
                ended.completeExceptionally(failure);
                return;
            }
            session.retire();
            String why = failure != null ? String.valueOf(failure.getMessage()) : "nobody answered";
            OutcomeUnknownException unknown =
                    new OutcomeUnknownException("What became of the " + method + " is unknown. " + why, handle(id));
            unknown.initCause(failure);
            ended.completeExceptionally(unknown);
        }

        private UnknownOutcome handle(CommandId id) {
            String text = Sessions.text(id);
            return new UnknownOutcome() {
                @Override
                public String commandId() {
                    return text;
                }

                @Override
                public @Nullable Object resolve() throws Exception {
                    return outcomes.resolve(text);
                }
            };
        }
    }
}
