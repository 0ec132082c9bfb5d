package io.raftify.replication;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Waits for a member's answer, and never for ever, whatever becomes of the member. */
final class Waiting {

    /** The member completes its futures by their deadline; this much later something is broken. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private Waiting() {}

    /**
     * Waits until the future's deadline and a little longer.
     *
     * @param unanswered makes the exception for an interrupt, and for a future left open past its deadline
     */
    static <T> T await(CompletableFuture<T> future, Duration timeout, Function<String, RuntimeException> unanswered) {
        try {
            return future.get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unanswered.apply("The caller was interrupted while waiting.");
        } catch (TimeoutException open) {
            throw unanswered.apply("The member gave no answer within " + timeout.toMillis() + "ms.");
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException failure) {
                // Made on a thread of the member: without this, nothing in its trace leads to the caller.
                failure.addSuppressed(new CalledFrom());
                throw failure;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            RuntimeException failure = unanswered.apply("The member failed: " + cause);
            failure.initCause(cause);
            throw failure;
        }
    }

    /** Like {@link #await}, but waits on no thread. */
    static <T> CompletableFuture<T> answered(
            CompletableFuture<T> future, Duration timeout, Function<String, RuntimeException> unanswered) {
        if (future.isDone()) {
            return future;
        }
        return future.copy()
                .orTimeout(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS)
                .exceptionally(failure -> {
                    if (failure instanceof TimeoutException) {
                        throw unanswered.apply("The member gave no answer within " + timeout.toMillis() + "ms.");
                    }
                    throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
                });
    }

    /** Carries the caller's own stack into the trace. */
    private static final class CalledFrom extends RuntimeException {

        CalledFrom() {
            super("called from here");
        }
    }
}
