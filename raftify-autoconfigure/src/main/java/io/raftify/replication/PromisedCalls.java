package io.raftify.replication;

import io.raftify.node.OverloadedException;
import io.raftify.node.ReadUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

/**
 * The calls whose callers hold a promise instead of waiting. What depends on a promise is the application's code, which
 * may block and call commands; it runs on threads of this class, never on those of the member, and the calls that are open
 * at once are limited.
 */
final class PromisedCalls implements DisposableBean {

    /** An open call holds its arguments, and a thread only while its caller's code runs, to whose end it is open. */
    static final int MOST_OPEN = 10_000;

    private final Semaphore free;

    /**
     * Makes up for threads that wait for another future, as a continuation that calls a command does. Every open call can
     * have a thread, or those that wait would be all there are, and nobody left to end what they wait for.
     */
    private final ForkJoinPool threads;

    PromisedCalls() {
        this(MOST_OPEN);
    }

    PromisedCalls(int mostOpen) {
        this.free = new Semaphore(mostOpen);
        int parallel = Math.max(2, Runtime.getRuntime().availableProcessors());
        this.threads = new ForkJoinPool(
                parallel,
                PromisedCalls::newThread,
                null,
                true,
                0,
                parallel + mostOpen,
                1,
                pool -> true,
                30,
                TimeUnit.SECONDS);
    }

    /** @param call starts the call, whose outcome may be read on the given threads, and does not wait */
    CompletableFuture<@Nullable Object> command(
            ReplicatedMethod method, Function<Executor, CompletableFuture<@Nullable Object>> call) {
        return open(
                call, limit -> new OverloadedException("Not applied: the " + method + " was called while " + limit));
    }

    /** @param query starts the query, which may run on the given threads, and does not wait */
    CompletableFuture<@Nullable Object> query(
            String name, Function<Executor, CompletableFuture<@Nullable Object>> query) {
        return open(query, limit -> new ReadUnavailableException("The query " + name + " was called while " + limit));
    }

    private CompletableFuture<@Nullable Object> open(
            Function<Executor, CompletableFuture<@Nullable Object>> call,
            Function<String, RuntimeException> overloaded) {
        if (!free.tryAcquire()) {
            return CompletableFuture.failedFuture(overloaded.apply(
                    "the most calls that may be open at once were, of those whose callers hold a promise instead of"
                            + " waiting. Call it again when some of them have ended."));
        }
        CompletableFuture<@Nullable Object> promise = new CompletableFuture<>();
        try {
            call.apply(this::run).whenCompleteAsync((value, failure) -> end(promise, value, failure), this::run);
        } catch (RuntimeException | Error notBegun) {
            end(promise, null, notBegun);
        }
        return promise;
    }

    private void end(CompletableFuture<@Nullable Object> promise, @Nullable Object value, @Nullable Throwable failure) {
        try {
            if (failure == null) {
                promise.complete(value);
            } else {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
                promise.completeExceptionally(cause != null ? cause : failure);
            }
        } finally {
            // Not before: what depends on the promise has run in complete, and may have waited on this thread.
            free.release();
        }
    }

    /** After the application has ended, late answers are told by whoever brings them. */
    private void run(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    private static ForkJoinWorkerThread newThread(ForkJoinPool pool) {
        ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
        thread.setName("raftify-promises-" + thread.getPoolIndex());
        // The pool's own is the system's, which does not see the classes of an executable jar.
        thread.setContextClassLoader(PromisedCalls.class.getClassLoader());
        return thread;
    }

    @Override
    public void destroy() {
        threads.shutdown();
    }
}
