package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReadConsistency;
import io.raftify.replication.StateGate.Inside;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

/**
 * Decides what a call of a command or query means where it is made: through the log, through a read index, or inline
 * because the caller is itself being applied.
 */
final class ReplicatedMethodInterceptor implements MethodInterceptor {

    private final SingletonSupplier<ReplicatedBeans> beans;
    private final SingletonSupplier<CommandCaller> caller;
    private final SingletonSupplier<QueryCaller> reader;

    /** All of them are looked up at the first call: advice is made before the beans it serves. */
    ReplicatedMethodInterceptor(
            Supplier<ReplicatedBeans> beans, Supplier<CommandCaller> caller, Supplier<QueryCaller> reader) {
        this.beans = SingletonSupplier.of(beans);
        this.caller = SingletonSupplier.of(caller);
        this.reader = SingletonSupplier.of(reader);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        ReplicatedBeans known = beans.obtain();
        ReplicatedBeans.Call call = known.call(invocation.getThis(), invocation.getMethod());
        Inside inside = known.gate().inside();
        if (inside == Inside.COMMAND) {
            giveContext(call.command(), invocation, known.gate().context());
            return invocation.proceed();
        }
        if (call.command() != null) {
            refuseInsideQuery(inside, call.command());
            return caller.obtain().call(call.command(), invocation.getArguments());
        }
        if (call.query() == null) {
            throw new IllegalStateException(invocation.getMethod() + " is intercepted, but neither command nor query");
        }
        if (inside == Inside.NOTHING) {
            return reader.obtain().call(call.query(), invocation);
        }
        refuseStaleRead(inside, call.query(), invocation);
        return invocation.proceed();
    }

    /** A command within a command is part of it, and has its context. */
    private static void giveContext(
            @Nullable ReplicatedMethod command, MethodInvocation invocation, @Nullable CommandContext context) {
        if (command != null && command.contextParameter() >= 0) {
            invocation.getArguments()[command.contextParameter()] = context;
        }
    }

    private static void refuseInsideQuery(Inside inside, ReplicatedMethod command) {
        if (inside != Inside.NOTHING) {
            throw new IllegalStateException("The " + command + " was called inside a query. A query holds commands"
                    + " back until it returns, so the two would wait for each other; make the caller a"
                    + " @ReplicatedCommand, or call the command after the query.");
        }
    }

    private static void refuseStaleRead(Inside inside, ReadConsistency wanted, MethodInvocation invocation) {
        if (inside == Inside.LOCAL_QUERY && wanted == ReadConsistency.LINEARIZABLE) {
            throw new IllegalStateException("The linearizable query "
                    + ReplicatedBeanException.describe(invocation.getMethod())
                    + " was called inside a LOCAL one, whose state may be behind; make the outer query linearizable"
                    + " or the inner one LOCAL.");
        }
    }
}
