package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.replication.StateGate.Inside;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

/**
 * Decides what a call of a command or query means where it is made: through the log, through a read index, or inline
 * because the caller is itself being applied. A cold promise is a call wherever and whenever somebody subscribes to it.
 */
final class ReplicatedMethodInterceptor implements MethodInterceptor {

    private final SingletonSupplier<ReplicatedBeans> beans;
    private final SingletonSupplier<CommandCaller> caller;
    private final SingletonSupplier<QueryCaller> reader;
    private final SingletonSupplier<PromisedCalls> promised;

    /** All of them are looked up at the first call: advice is made before the beans it serves. */
    ReplicatedMethodInterceptor(
            Supplier<ReplicatedBeans> beans,
            Supplier<CommandCaller> caller,
            Supplier<QueryCaller> reader,
            Supplier<PromisedCalls> promised) {
        this.beans = SingletonSupplier.of(beans);
        this.caller = SingletonSupplier.of(caller);
        this.reader = SingletonSupplier.of(reader);
        this.promised = SingletonSupplier.of(promised);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        ReplicatedBeans known = beans.obtain();
        ReplicatedBeans.Call call = known.call(invocation.getThis(), invocation.getMethod());
        if (call.form().isPromise()) {
            return call.form().promise(() -> begin(known, call, invocation));
        }
        if (isInline(known.gate(), call, invocation)) {
            return inline(known, call, invocation);
        }
        return call.command() != null
                ? caller.obtain().call(call.command(), invocation.getArguments())
                : reader.obtain()
                        .call(query(call, invocation), invocation.getMethod(), () -> read(known, call, invocation));
    }

    /** Runs the query, while commands wait. */
    private static @Nullable Object read(ReplicatedBeans known, ReplicatedBeans.Call call, MethodInvocation invocation)
            throws Throwable {
        Object value = call.form().settle(invocation.proceed());
        return LiveState.refuse(known.state(), invocation.getMethod(), value);
    }

    /** May be called again for the same invocation: nothing stands behind this advice that it would go past. */
    private CompletableFuture<@Nullable Object> begin(
            ReplicatedBeans known, ReplicatedBeans.Call call, MethodInvocation invocation) {
        try {
            if (isInline(known.gate(), call, invocation)) {
                // Settled here, so that whoever is being applied cannot wait for what is never there.
                return CompletableFuture.completedFuture(call.form().settle(inline(known, call, invocation)));
            }
            ReplicatedMethod command = call.command();
            if (command != null) {
                return promised.obtain()
                        .command(
                                command, threads -> caller.obtain().start(command, invocation.getArguments(), threads));
            }
            Freshness query = query(call, invocation);
            return promised.obtain()
                    .query(
                            ReplicatedBeanException.describe(invocation.getMethod()),
                            threads -> reader.obtain()
                                    .start(
                                            query,
                                            invocation.getMethod(),
                                            () -> read(known, call, invocation),
                                            threads));
        } catch (Throwable failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** Whether the call is part of what its caller is in the middle of; refused where it must be neither that nor new. */
    private static boolean isInline(StateGate gate, ReplicatedBeans.Call call, MethodInvocation invocation) {
        Inside inside = gate.inside();
        if (inside == Inside.NOTHING || inside == Inside.COMMAND) {
            return inside == Inside.COMMAND;
        }
        if (call.command() != null) {
            throw new IllegalStateException(
                    "The " + call.command() + " was called inside a query. A query holds commands"
                            + " back until it returns, so the two would wait for each other; make the caller a"
                            + " @ReplicatedCommand, or call the command after the query.");
        }
        Freshness outer = gate.freshness();
        Freshness wanted = query(call, invocation);
        if (outer != null && !outer.covers(wanted)) {
            throw new IllegalStateException("The " + wanted + " query "
                    + ReplicatedBeanException.describe(invocation.getMethod()) + " was called inside a " + outer
                    + " one, whose state may be older; make the outer query at least as strict as the inner one, or the"
                    + " inner one as lax.");
        }
        return true;
    }

    /** A command within a command is part of it, and has its context. */
    private static @Nullable Object inline(
            ReplicatedBeans beans, ReplicatedBeans.Call call, MethodInvocation invocation) throws Throwable {
        ReplicatedMethod command = call.command();
        CommandContext context = beans.gate().context();
        if (command != null && context != null) {
            // What it does stays in the state of its bean.
            beans.admissions().appliedWithin(command.command(), command.beanName(), context.index());
        }
        if (command != null && command.contextParameter() >= 0) {
            invocation.getArguments()[command.contextParameter()] = context;
        }
        return invocation.proceed();
    }

    private static Freshness query(ReplicatedBeans.Call call, MethodInvocation invocation) {
        Freshness query = call.query();
        if (query == null) {
            throw new IllegalStateException(invocation.getMethod() + " is intercepted, but neither command nor query");
        }
        return query;
    }
}
