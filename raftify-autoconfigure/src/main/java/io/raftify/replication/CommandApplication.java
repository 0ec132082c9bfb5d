package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the method of one command. Whatever the method throws is an outcome like a value, and what it changed before it
 * threw is put back. Only what comes from this member alone is not: when memory gives out or a class cannot be loaded here,
 * this member stops rather than differ from the others.
 */
final class CommandApplication {

    private final ReplicatedBeans beans;
    private final CommandWatch watch;
    private final StateCopy before;
    private final WrittenForms forms = new WrittenForms();

    CommandApplication(ReplicatedBeans beans, CommandWatch watch) {
        this.beans = beans;
        this.watch = watch;
        this.before = new StateCopy(beans);
    }

    /**
     * A command that can be run.
     *
     * @param arguments as they were written
     */
    record Prepared(
            ReplicatedBeans.Target target,
            CommandCodec codec,
            @Nullable Object[] arguments) {

        ReplicatedMethod method() {
            return target.method();
        }
    }

    /** @throws UnsupportedEntryException if this application cannot run it; nothing was touched then */
    Prepared prepare(long index, String proposer, CommandEnvelope envelope) {
        ReplicatedBeans.Target target = beans.command(envelope.getCommand());
        if (target == null) {
            throw new UnsupportedEntryException("Entry " + index + " holds the command '" + envelope.getCommand()
                    + "' version " + envelope.getVersion()
                    + ", which this application does not have. It was proposed by '" + proposer
                    + "', probably by another version of the application: deploy here a version that has the command.");
        }
        CommandCodec codec = beans.codecs().find(envelope.getCodec());
        if (codec == null) {
            throw new UnsupportedEntryException("Entry " + index + " was written by the codec '" + envelope.getCodec()
                    + "', which this application does not have: deploy here a version that has it.");
        }
        ReplicatedMethod method = target.method();
        return new Prepared(
                target, codec, beans.build().upcasters().arguments(index, proposer, envelope, method, codec));
    }

    /** Runs it, alone. */
    CommandOutcome run(Prepared command, AppliedContext context) {
        ReplicatedMethod method = command.method();
        CommandOutcome.Builder outcome = CommandOutcome.newBuilder()
                .setCommand(method.command())
                .setVersion(method.version())
                .setCodec(command.codec().id());
        watch.begun(method, context.index());
        try {
            ByteString value = beans.gate().alone(context, () -> wholeOrNotAtAll(command, context));
            return outcome.setValue(value)
                    .setResultForm(forms.of(method.resultType()))
                    .build();
        } catch (ThrownException thrown) {
            return outcome.setException(BusinessExceptions.write(thrown.getCause()))
                    .build();
        } finally {
            context.end();
            watch.ended();
            // Of a command that interrupted its own thread; the next one must not notice.
            Thread.interrupted();
        }
    }

    private ByteString wholeOrNotAtAll(Prepared command, AppliedContext context) throws ThrownException {
        before.take();
        try {
            ByteString value = encode(command, invoke(command, context));
            before.forget();
            return value;
        } catch (ThrownException thrown) {
            before.putBack();
            throw thrown;
        }
    }

    private static @Nullable Object invoke(Prepared command, AppliedContext context) throws ThrownException {
        try {
            return command.target().invoke(command.method().called(command.arguments(), context));
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getTargetException();
            if (isOfThisMember(cause)) {
                throw (Error) cause;
            }
            throw new ThrownException(cause);
        }
    }

    /** A stack that overflows does so by endless recursion, everywhere; a heap that is full is full here. */
    private static boolean isOfThisMember(Throwable thrown) {
        return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)
                || thrown instanceof LinkageError;
    }

    private static ByteString encode(Prepared command, @Nullable Object result) throws ThrownException {
        try {
            return ByteString.copyFrom(command.codec().encodeResult(command.method(), result));
        } catch (RuntimeException unwritable) {
            // Also of the value's own code. The same value cannot be encoded on any other member either.
            throw new ThrownException(new UnencodableResultException(String.valueOf(unwritable.getMessage())));
        }
    }

    /** What the method threw. */
    private static final class ThrownException extends Exception {

        private static final long serialVersionUID = 1L;
        private final transient Throwable thrown;

        ThrownException(Throwable thrown) {
            // Not as a cause: that would ask it for its message, which is the application's code.
            super("what the method threw", null);
            this.thrown = thrown;
        }

        @Override
        public synchronized Throwable getCause() {
            return thrown;
        }
    }

    /** A value that its own codec cannot write. */
    static final class UnencodableResultException extends Exception {

        private static final long serialVersionUID = 1L;

        UnencodableResultException(String message) {
            super(message);
        }
    }
}
