package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.node.Verdict;
import io.raftify.replication.divergence.ResultDigests;
import io.raftify.replication.encoding.WrittenForms;
import io.raftify.replication.state.StateCopy;
import io.raftify.replication.wire.BusinessException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
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
    private final EndableRun endable = new EndableRun();
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
     * @param arguments as they were written; none if it was given up
     */
    record Prepared(
            ReplicatedBeans.Target target,
            CommandCodec codec,
            @Nullable Object[] arguments) {

        ReplicatedMethod method() {
            return target.method();
        }
    }

    /**
     * Finds and reads what is to be run; of a command that was given up the arguments are not read, as that may be what did not
     * end.
     *
     * @throws UnsupportedEntryException if this application cannot run it; nothing was touched then
     */
    Prepared prepare(long index, String proposer, CommandEnvelope envelope, Verdict verdict) {
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
        if (verdict.givenUp()) {
            return new Prepared(target, codec, new Object[0]);
        }
        // The application's constructors are called, and its upcasters.
        watch.reads(method, index);
        try {
            return new Prepared(
                    target, codec, beans.build().upcasters().arguments(index, proposer, envelope, method, codec));
        } finally {
            watch.ended();
        }
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

    /** Tries to end the command of an entry that was given up; see {@link EndableRun#end}. */
    boolean end(long index, Duration since) {
        // What waits for queries has not begun, and will not.
        return watch.inProgress() == null || endable.end(index, since);
    }

    /** What every command comes to that was given up, whether or not it was run here. */
    private static CommandGivenUpException givenUp(Prepared command, AppliedContext context) {
        return new CommandGivenUpException(
                "The command '" + command.method().command() + "' in entry " + context.index()
                        + " did not end, and the members gave it up: it failed on all of them, and what it changed was put back. See"
                        + " that it ends, then call it again.");
    }

    /** Runs it, alone; or does not, if it was given up. */
    Came run(Prepared command, AppliedContext context, Verdict verdict) {
        ReplicatedMethod method = command.method();
        CommandOutcome.Builder outcome = CommandOutcome.newBuilder()
                .setCommand(method.command())
                .setVersion(method.version())
                .setCodec(command.codec().id());
        if (verdict.givenUp()) {
            CommandGivenUpException agreed = givenUp(command, context);
            context.end();
            return ofException(outcome, agreed);
        }
        watch.waits(method, context.index());
        try {
            Result result = beans.gate().alone(context, () -> {
                watch.begun();
                return wholeOrCondemned(command, context, verdict);
            });
            return new Came(
                    outcome.setValue(result.value)
                            .setResultForm(forms.of(method.resultType()))
                            .build(),
                    result.digest);
        } catch (ThrownException thrown) {
            return ofException(outcome, thrown.getCause());
        } finally {
            context.end();
            watch.ended();
            // Of a command that interrupted its own thread; the next one must not notice.
            Thread.interrupted();
        }
    }

    private static Came ofException(CommandOutcome.Builder outcome, Throwable thrown) {
        BusinessException exception = BusinessExceptions.write(thrown);
        return new Came(outcome.setException(exception).build(), ResultDigests.ofException(exception.getType()));
    }

    /** What fails this member is known to the gate before it lets queries in: the state may be half of a command. */
    private Result wholeOrCondemned(Prepared command, AppliedContext context, Verdict verdict) throws ThrownException {
        try {
            return wholeOrNotAtAll(command, context, verdict);
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

    private Result wholeOrNotAtAll(Prepared command, AppliedContext context, Verdict verdict) throws ThrownException {
        if (verdict.givenUp()) {
            // While it waited for queries to end.
            throw new ThrownException(givenUp(command, context));
        }
        before.take();
        try {
            Object returned = invoke(command, context, verdict);
            byte[] value = encode(command, returned);
            byte[] digest = digests.of(command.method().resultType(), returned, value);
            if (verdict.counts()) {
                before.forget();
                return new Result(ByteString.copyFrom(value), digest);
            }
        } catch (ThrownException thrown) {
            if (verdict.counts()) {
                before.putBack();
                throw thrown;
            }
        }
        putBackWhole(command, context);
        throw new ThrownException(givenUp(command, context));
    }

    /** It ended anywhere, and elsewhere on another member: nothing of it may be left. */
    private void putBackWhole(Prepared command, AppliedContext context) {
        if (!before.isWhole()) {
            throw new MemberBreakdownError("the " + command.method() + " was given up in entry " + context.index()
                    + ", and there is state that cannot be put back to what it was before, such as a field with"
                    + " rollback = false. Restart this member: it builds its state anew, without the command");
        }
        before.putBack();
    }

    private @Nullable Object invoke(Prepared command, AppliedContext context, Verdict verdict) throws ThrownException {
        @Nullable Object[] arguments = command.method().called(command.arguments(), context);
        try {
            return endable.run(context.index(), () -> command.target().invoke(arguments));
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getTargetException();
            if (!verdict.givenUp()) {
                stopAtBreakdown(command, cause);
            }
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
