package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.divergence.ResultDigests;
import io.raftify.replication.encoding.WrittenForms;
import io.raftify.replication.state.StateCopy;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the method of one command. Whatever the method throws is an outcome like a value, and what it changed before it
 * threw is put back. Only {@linkplain Breakdown what breaks down here alone} is not: when memory gives out or a class is
 * missing, this member stops rather than differ from the others.
 */
final class CommandApplication {

    private static final Logger log = LoggerFactory.getLogger(CommandApplication.class);

    private final ReplicatedBeans beans;
    private final CommandWatch watch;
    private final StateCopy before;
    private final ResultDigests digests;
    private final WrittenForms forms = new WrittenForms();

    CommandApplication(ReplicatedBeans beans, CommandWatch watch) {
        this.beans = beans;
        this.watch = watch;
        this.before = new StateCopy(beans.state());
        this.digests = new ResultDigests(beans.stateFormat());
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

    /**
     * What came of a command.
     *
     * @param digest stands for the outcome where members are compared
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Came(CommandOutcome outcome, byte[] digest) {}

    /** What the method returned, encoded and hashed. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Result(ByteString value, byte[] digest) {}

    /** Runs it, alone. */
    Came run(Prepared command, AppliedContext context) {
        ReplicatedMethod method = command.method();
        CommandOutcome.Builder outcome = CommandOutcome.newBuilder()
                .setCommand(method.command())
                .setVersion(method.version())
                .setCodec(command.codec().id());
        watch.waits(method, context.index());
        try {
            Result result = beans.gate().alone(context, () -> {
                watch.begun();
                return wholeOrCondemned(command, context);
            });
            return new Came(
                    outcome.setValue(result.value)
                            .setResultForm(forms.of(method.resultType()))
                            .build(),
                    result.digest);
        } catch (ThrownException thrown) {
            CommandOutcome exception = outcome.setException(BusinessExceptions.write(thrown.getCause()))
                    .build();
            return new Came(
                    exception,
                    ResultDigests.ofException(exception.getException().getType()));
        } finally {
            context.end();
            watch.ended();
            // Of a command that interrupted its own thread; the next one must not notice.
            Thread.interrupted();
        }
    }

    /** What fails this member is known to the gate before it lets queries in: the state may be half of a command. */
    private Result wholeOrCondemned(Prepared command, AppliedContext context) throws ThrownException {
        try {
            return wholeOrNotAtAll(command, context);
        } catch (ThrownException outcome) {
            throw outcome;
        } catch (Throwable ofThisMember) {
            // Of anything but our own by its name: its message is the application's code, too.
            String what = ofThisMember instanceof MemberBreakdownError ours
                    ? String.valueOf(ours.getMessage())
                    : ofThisMember.getClass().getName();
            beans.gate().condemn("applying entry " + context.index() + " failed: " + what);
            throw ofThisMember;
        }
    }

    private Result wholeOrNotAtAll(Prepared command, AppliedContext context) throws ThrownException {
        before.take();
        try {
            Object returned = invoke(command, context);
            byte[] value = encode(command, returned);
            before.forget();
            return new Result(
                    ByteString.copyFrom(value), digests.of(command.method().resultType(), returned, value));
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
            stopAtBreakdown(command, cause);
            throw new ThrownException(cause);
        }
    }

    /** The application's own text of it is left out: it may throw once more. */
    private static void stopAtBreakdown(Prepared command, Throwable thrown) {
        Error breakdown = Breakdown.in(thrown);
        if (breakdown != null) {
            throw new MemberBreakdownError(
                    "the " + command.method() + " ended in " + Breakdown.describe(breakdown)
                            + ", which may be so on this member alone",
                    breakdown);
        }
        if (thrown instanceof LinkageError) {
            // Its caller is told the same whether this was the first use of the class or a later one.
            Throwable cause = Breakdown.cause(thrown);
            log.error(
                    "The {} uses a class whose static initialiser throws an exception: {}{}",
                    command.method(),
                    Breakdown.describe(thrown),
                    cause != null ? ", " + Breakdown.describe(cause) : "");
        }
    }

    private static byte[] encode(Prepared command, @Nullable Object result) throws ThrownException {
        byte[] value;
        try {
            value = command.codec().encodeResult(command.method(), result);
        } catch (Throwable unwritable) {
            // Also of the value's own code. The same value cannot be encoded on any other member either.
            stopAtBreakdown(command, unwritable);
            String message = Breakdown.message(unwritable);
            throw new ThrownException(new UnencodableResultException(
                    message != null ? message : unwritable.getClass().getName()));
        }
        if (value.length > ResultTooLargeException.LARGEST) {
            throw new ThrownException(new ResultTooLargeException("The result of the " + command.method() + " has "
                    + value.length + " bytes, but at most " + ResultTooLargeException.LARGEST
                    + " are carried back to its caller and kept. What it changed was put back; let it return less, and"
                    + " a query the rest."));
        }
        return value;
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
