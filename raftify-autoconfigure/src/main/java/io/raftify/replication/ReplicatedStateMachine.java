package io.raftify.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.wire.BusinessException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Applies commands from the log to the replicated beans of this application, and captures and restores their state.
 *
 * <p>A method's exception is an outcome like a value: it goes to the caller, and what the method changed before it
 * threw stays changed, alike on every member. An {@link Error} is not: memory or stack may have given out here alone,
 * so this member stops rather than differ from the others. So it does at a command it does not know or cannot read.
 */
public final class ReplicatedStateMachine implements StateMachine {

    private final ReplicatedBeans beans;
    private final StateImage image;

    public ReplicatedStateMachine(ReplicatedBeans beans) {
        this.beans = beans;
        this.image = new StateImage(beans);
    }

    @Override
    public byte[] apply(long index, long term, byte[] command) {
        try {
            return applyNow(index, command).toByteArray();
        } catch (UnsupportedEntryException unsupported) {
            // Nothing was touched: what is here is whole, only behind, and LOCAL queries may go on reading it.
            throw unsupported;
        } catch (RuntimeException | Error failure) {
            beans.gate().condemn("applying entry " + index + " failed: " + failure.getMessage());
            throw failure;
        }
    }

    private CommandOutcome applyNow(long index, byte[] command) {
        CommandEnvelope envelope = parse(index, command);
        ReplicatedBeans.Target target = beans.command(envelope.getCommand());
        if (target == null) {
            throw new UnsupportedEntryException("Entry " + index + " holds the command '" + envelope.getCommand()
                    + "', which this application does not have. It was proposed by '" + envelope.getProposer()
                    + "', probably by another version of the application: deploy here a version that has the command.");
        }
        CommandCodec codec = beans.codecs().find(envelope.getCodec());
        if (codec == null) {
            throw new UnsupportedEntryException("Entry " + index + " was written by the codec '" + envelope.getCodec()
                    + "', which this application does not have: deploy here a version that has it.");
        }
        if (envelope.getCommandVersion() != 1) {
            throw new UnsupportedEntryException("Entry " + index + " holds version " + envelope.getCommandVersion()
                    + " of the command '" + envelope.getCommand()
                    + "', this application has version 1: deploy here a version that has it.");
        }
        @Nullable Object[] arguments = decode(index, envelope, target.method(), codec);
        CommandOutcome.Builder outcome =
                CommandOutcome.newBuilder().setFormatVersion(WireFormat.VERSION).setCodec(codec.id());
        try {
            Object result = beans.gate().alone(() -> target.invoke(arguments));
            return outcome.setValue(encode(target.method(), codec, result)).build();
        } catch (InvocationTargetException thrown) {
            return outcome.setException(exception(thrown)).build();
        } catch (UnencodableResultException afterwards) {
            // The command was applied; the same value cannot be encoded on any other member either.
            return outcome.setException(BusinessExceptions.write(afterwards)).build();
        }
    }

    private static CommandEnvelope parse(long index, byte[] command) {
        try {
            return WireFormat.parseCommand(command);
        } catch (InvalidProtocolBufferException broken) {
            throw new UnsupportedEntryException(
                    "Entry " + index + " is not a command this application can read: " + broken.getMessage(), broken);
        }
    }

    private static @Nullable Object[] decode(
            long index, CommandEnvelope envelope, ReplicatedMethod method, CommandCodec codec) {
        try {
            return codec.decodeCall(method, envelope.getPayload().toByteArray());
        } catch (IllegalArgumentException unreadable) {
            throw new UnsupportedEntryException(
                    "Entry " + index + ", proposed by '" + envelope.getProposer() + "': " + unreadable.getMessage()
                            + ". Deploy here a version whose " + method + " takes these arguments.",
                    unreadable);
        }
    }

    private static ByteString encode(ReplicatedMethod method, CommandCodec codec, @Nullable Object result)
            throws UnencodableResultException {
        try {
            return ByteString.copyFrom(codec.encodeResult(method, result));
        } catch (IllegalArgumentException unwritable) {
            throw new UnencodableResultException(String.valueOf(unwritable.getMessage()));
        }
    }

    private static BusinessException exception(InvocationTargetException thrown) {
        Throwable cause = thrown.getCause();
        if (cause instanceof Exception business) {
            return BusinessExceptions.write(business);
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("A command threw what is neither exception nor error", cause);
    }

    @Override
    public StateSnapshot snapshot() {
        return beans.gate().shared(image::capture);
    }

    /**
     * Replaces the state of all replicated beans, or changes nothing.
     *
     * @throws IOException if the bytes are damaged, or hold a bean that this application does not have
     */
    @Override
    public void restore(InputStream in) throws IOException {
        image.restore(in);
    }

    /** A value that its own codec cannot write. */
    static final class UnencodableResultException extends Exception {

        UnencodableResultException(String message) {
            super(message);
        }
    }
}
