package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.NoLeaderException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.UnknownOutcome;
import io.raftify.replication.CommandListener.Fate;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.session.ClientSession;
import io.raftify.replication.session.ClientSessions;
import io.raftify.replication.session.CommandIds;
import io.raftify.replication.session.KeyedCalls;
import io.raftify.replication.session.RepeatedProposal;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;
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
    private final OutcomeReader reader;
    private final ReplicationSettings settings;
    private final List<CommandListener> listeners;
    private final InstantSource clock;
    private final KeyedCalls keyed = new KeyedCalls(new CborFormat());
    private final SecureRandom seeds = new SecureRandom();

    /** @param node null if this application runs without a member */
    CommandCaller(
            @Nullable RaftNode node,
            HoldBack holdBack,
            Codecs codecs,
            ReplicationSettings settings,
            CommandOutcomes outcomes,
            List<CommandListener> listeners,
            InstantSource clock) {
        this.node = node;
        this.holdBack = holdBack;
        this.codecs = codecs;
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
        Call call = submit(method, arguments);
        return call.read(Waiting.awaitOrEnd(call.ended, timeout(method), call::giveUp));
    }

    /**
     * Does not wait. The future ends by the call's deadline, with the method's value or, exceptionally, as {@link #call}
     * does.
     *
     * @param threads read the outcome, which those of the member have no time for
     */
    CompletableFuture<@Nullable Object> start(ReplicatedMethod method, @Nullable Object[] arguments, Executor threads) {
        Call call = submit(method, arguments);
        Waiting.endLate(call.ended, timeout(method), call::giveUp);
        return call.ended.thenApplyAsync(
                outcome -> {
                    try {
                        return call.read(outcome);
                    } catch (RuntimeException itself) {
                        throw itself;
                    } catch (Exception checked) {
                        throw new CompletionException(checked);
                    }
                },
                threads);
    }

    private Duration timeout(ReplicatedMethod method) {
        Duration own = method.timeout();
        return own != null ? own : settings.proposalTimeout();
    }

    /** @return ends on a thread of the member, so nothing that may block must depend on it directly */
    private Call submit(ReplicatedMethod method, @Nullable Object[] arguments) {
        long start = System.nanoTime();
        Call call;
        try {
            call = new Call(method, arguments, start + timeout(method).toNanos());
        } catch (RuntimeException notBegun) {
            tell(method, Fate.REJECTED, start);
            throw notBegun;
        }
        call.ended.whenComplete((outcome, failure) -> tell(method, fate(outcome, failure), start));
        call.begin();
        return call;
    }

    private void tell(ReplicatedMethod method, Fate fate, long start) {
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        for (CommandListener listener : listeners) {
            listener.commandEnded(method.command(), fate, duration);
        }
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

        /** Null for a call without an idempotency key. */
        private final byte @Nullable [] key;

        private final byte @Nullable [] argumentsDigest;

        private final long deadline;
        private final CompletableFuture<CommandOutcome> ended = new CompletableFuture<>();

        /** The caller's, which is not on its own thread any more when the outcome comes. */
        private final @Nullable CallerPosition position = CallerPosition.current();

        private int sessionsUsed;

        /** What is under way, if anything is. */
        private @Nullable Sent sent;

        /** Once its caller has a fate to be told, or waits no longer. */
        private boolean over;

        /** Under which id it was sent, and in which session. */
        private record Sent(ClientSession session, CommandId id) {}

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
            int at = method.keyArgument();
            this.key = at < 0 ? null : keyed.key(method, method.keyType().getType(), written[at]);
            this.argumentsDigest = key != null ? keyed.argumentsDigest(method.argumentTypes(), written) : null;
            // What cannot be read back would stop every member once it is in the log; here it only costs its caller.
            codec.decodeCall(method, payload);
        }

        void begin() {
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
        }

        private void propose(@Nullable ClientSession session, @Nullable Throwable notOpened) {
            if (session == null) {
                Throwable cause = notOpened instanceof CompletionException wrapped ? wrapped.getCause() : notOpened;
                end(
                        cause instanceof ProposalRejectedException rejected
                                ? rejected
                                : new NoLeaderException("Not applied: no leader opened a session for the " + method
                                        + " before its deadline."));
                return;
            }
            ClientSession.Begun begun;
            synchronized (this) {
                if (over) {
                    return;
                }
                begun = session.begin();
                sent = new Sent(session, begun.id());
            }
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
                    .setSeed(seed())
                    .setPayload(ByteString.copyFrom(payload));
            if (key != null) {
                command.setIdempotencyKey(ByteString.copyFrom(key));
            }
            if (argumentsDigest != null) {
                command.setArgumentsDigest(ByteString.copyFrom(argumentsDigest));
            }
            return newEntry(settings, clock).setCommand(command).build().toByteArray();
        }

        /** Also for a command without a context: it may call one that has it, inline. */
        private ByteString seed() {
            byte[] seed = new byte[SEED_LENGTH];
            seeds.nextBytes(seed);
            return ByteString.copyFrom(seed);
        }

        private void answered(ClientSession session, CommandId id, EntryOutcome outcome, boolean sentBefore) {
            if (outcome.hasCommand()) {
                // The session learns that it is answered once the outcome has been read: until then it may be asked
                // for.
                if (settle()) {
                    if (position != null) {
                        position.seen(outcome.getIndex());
                    }
                    ended.complete(outcome.getCommand());
                }
            } else if (outcome.getRefusal().getReason() != Refusal.Reason.EXPIRED) {
                if (settle()) {
                    session.answered(id);
                    ended.completeExceptionally(
                            OutcomeReader.refused("the " + method, outcome.getRefusal(), handle(id)));
                }
            } else {
                session.retire();
                // In the log once and refused there, it was surely not applied, and may go again under a new id.
                if (sentBefore) {
                    end(OutcomeReader.refused("the " + method, outcome.getRefusal(), handle(id)));
                } else if (sessionsUsed == MOST_SESSIONS_FOR_ONE_CALL) {
                    end(new ProposalRejectedException("Not applied: sessions expire as soon as"
                            + " they are opened; check that the clocks of the members agree."));
                } else {
                    synchronized (this) {
                        sent = null;
                    }
                    begin();
                }
            }
        }

        private void failed(ClientSession session, CommandId id, @Nullable Throwable failure) {
            if (failure instanceof ProposalRejectedException) {
                if (settle()) {
                    session.answered(id);
                    ended.completeExceptionally(failure);
                }
                return;
            }
            session.retire();
            OutcomeUnknownException unknown =
                    unknown(id, failure != null ? String.valueOf(failure.getMessage()) : "nobody answered");
            unknown.initCause(failure);
            end(unknown);
        }

        /** Of those that would say what became of the call, the first does. */
        private synchronized boolean settle() {
            boolean first = !over;
            over = true;
            return first;
        }

        private void end(RuntimeException failure) {
            if (settle()) {
                ended.completeExceptionally(failure);
            }
        }

        /** Its caller waits no longer: it ends now, unless it just has. */
        void giveUp(String why) {
            Sent underWay;
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
                underWay = sent;
            }
            if (underWay == null) {
                // And now it will not be sent any more.
                ended.completeExceptionally(new ProposalRejectedException(
                        "Not applied: the " + method + " was not on its way to the log yet. " + why));
                return;
            }
            // Whatever comes back yet, nobody is there to read it: members keep it until somebody asks.
            underWay.session().retire();
            ended.completeExceptionally(unknown(underWay.id(), why));
        }

        /** What a caller gets out of the outcome; from then on members may forget it. */
        @Nullable Object read(CommandOutcome outcome) throws Exception {
            Sent answered;
            synchronized (this) {
                answered = sent;
            }
            if (answered == null) {
                throw new IllegalStateException("There is no outcome of what was not sent");
            }
            boolean read = false;
            try {
                Object value = reader.value(method, outcome, handle(answered.id()));
                read = true;
                return value;
            } catch (OutcomeUnknownException unreadable) {
                throw unreadable;
            } catch (Exception business) {
                read = true;
                throw business;
            } finally {
                if (read) {
                    answered.session().answered(answered.id());
                } else {
                    // It may be readable elsewhere, or later.
                    answered.session().retire();
                }
            }
        }

        private OutcomeUnknownException unknown(CommandId id, String why) {
            return new OutcomeUnknownException("What became of the " + method + " is unknown. " + why, handle(id));
        }

        private UnknownOutcome handle(CommandId id) {
            return outcomes.handle(CommandIds.text(id));
        }
    }
}
