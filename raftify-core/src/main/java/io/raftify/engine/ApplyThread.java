package io.raftify.engine;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread on which commands run. Its stack is deep: how many calls fit into a stack depends on how much of the code was
 * compiled by then, so in a usual one a recursion of some thousand calls would overflow on a member that was just started
 * and pass on the others. Here that takes some hundred thousand. It has a name of the member's, since whatever a command logs
 * should tell which member it is about.
 */
final class ApplyThread implements AutoCloseable {

    /** Reserved, and taken as far as it is used. */
    private static final long STACK_BYTES = 64L << 20;

    private final ThreadPoolExecutor executor;

    ApplyThread(String self) {
        this.executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), task -> {
            Thread thread = new Thread(null, task, "raftify-" + self + "-apply", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs it and waits until it has, whoever interrupts. Used by one thread at a time; does nothing once closed. */
    void run(Runnable batch) {
        try {
            // Unlike get(), join() waits on when it is interrupted, and keeps the interrupt.
            CompletableFuture.runAsync(batch, executor).join();
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    /** Does not interrupt what still runs: that would be a command which ends here as it ends nowhere else. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
