package io.raftify.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.replication.CommandListener.Fate;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.CommandOutcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Takes a call of a command to the log and brings back what became of it. */
final class CommandCaller {

    static final String NO_MEMBER = "this application runs without a member (raftify.enabled is false, or there is no"
            + " RaftNode bean), and a call must not stay local without a word.";

    private final @Nullable RaftNode node;
    private final Codecs codecs;
    private final ReplicationSettings settings;
    private final List<CommandListener> listeners;
    private final InstantSource clock;
    private final UUID session = UUID.randomUUID();
    private final AtomicLong sequence = new AtomicLong();

    /** @param node null if this application runs without a member */
    CommandCaller(
            @Nullable RaftNode node,
            Codecs codecs,
            ReplicationSettings settings,
            List<CommandListener> listeners,
            InstantSource clock) {
        this.node = node;
        this.codecs = codecs;
        this.settings = settings;
        this.listeners = listeners;
        this.clock = clock;
    }

    @Nullable Object call(ReplicatedMethod method, @Nullable Object[] arguments) throws Throwable {
        long start = System.nanoTime();
        Fate fate = Fate.REJECTED;
        try {
            byte[] command = envelope(method, arguments).toByteArray();
            fate = Fate.UNKNOWN;
            CommandOutcome outcome = propose(method, command);
            fate = outcome.hasException() ? Fate.EXCEPTION : Fate.VALUE;
            return value(method, outcome);
        } catch (ProposalRejectedException rejected) {
            fate = Fate.REJECTED;
            throw rejected;
        } finally {
            Duration duration = Duration.ofNanos(System.nanoTime() - start);
            for (CommandListener listener : listeners) {
                listener.commandEnded(method.command(), fate, duration);
            }
        }
    }

    private CommandEnvelope envelope(ReplicatedMethod method, @Nullable Object[] arguments) {
        if (node == null) {
            throw new NodeStoppedException("The " + method + " cannot be called: " + NO_MEMBER);
        }
        CommandCodec codec = codecs.primary();
        byte[] payload = codec.encodeCall(method, arguments);
        // What cannot be read back would stop every member once it is in the log; here it only costs its caller.
        codec.decodeCall(method, payload);
        return CommandEnvelope.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setCodec(codec.id())
                .setCommand(method.command())
                .setCommandVersion(1)
                .setId(CommandId.newBuilder()
                        .setSessionHigh(session.getMostSignificantBits())
                        .setSessionLow(session.getLeastSignificantBits())
                        .setSequence(sequence.incrementAndGet()))
                .setProposedAtMillis(clock.millis())
                .setProposer(settings.nodeId())
                .setPayload(ByteString.copyFrom(payload))
                .build();
    }

    private CommandOutcome propose(ReplicatedMethod method, byte[] command) {
        RaftNode member = node;
        if (member == null) {
            throw new IllegalStateException("checked before");
        }
        CompletableFuture<byte[]> answer = member.propose(command, settings.proposalTimeout());
        byte[] outcome = Waiting.await(
                answer,
                settings.proposalTimeout(),
                why -> new OutcomeUnknownException("What became of " + method + " is unknown. " + why));
        try {
            return WireFormat.parseOutcome(outcome);
        } catch (InvalidProtocolBufferException broken) {
            throw applied(method, broken);
        }
    }

    private @Nullable Object value(ReplicatedMethod method, CommandOutcome outcome) throws Exception {
        if (outcome.hasException()) {
            throw BusinessExceptions.rebuild(method, outcome.getException());
        }
        CommandCodec codec = codecs.find(outcome.getCodec());
        if (codec == null) {
            throw new OutcomeUnknownException(
                    "The " + method + " was applied, but its result was written by the codec '" + outcome.getCodec()
                            + "', which this member does not have.");
        }
        try {
            return codec.decodeResult(method, outcome.getValue().toByteArray());
        } catch (IllegalArgumentException unreadable) {
            throw applied(method, unreadable);
        }
    }

    /** Not unknown in truth, but the caller has no result either; the words say which. */
    private static OutcomeUnknownException applied(ReplicatedMethod method, Exception unreadable) {
        OutcomeUnknownException unknown = new OutcomeUnknownException(
                "The " + method + " was applied, but its outcome cannot be read: " + unreadable.getMessage());
        unknown.initCause(unreadable);
        return unknown;
    }
}
