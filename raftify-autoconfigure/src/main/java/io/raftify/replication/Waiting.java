package io.raftify.replication;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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
        return await(future, timeout, (Otherwise<T>) why -> {
            throw unanswered.apply(why);
        });
    }

    /**
     * Like {@link #await}, for a future that can be ended from here: what comes at the last moment is not lost.
     *
     * @param end told of an interrupt, and of a future left open past its deadline; ends the future, unless it just has
     */
    static <T> T awaitOrEnd(CompletableFuture<T> future, Duration timeout, Consumer<String> end) {
        return await(future, timeout, (Otherwise<T>) why -> {
            end.accept(why);
            try {
                return future.join();
            } catch (CompletionException failed) {
                throw failed.getCause() instanceof RuntimeException failure ? failure : failed;
            }
        });
    }

    private static <T> T await(CompletableFuture<T> future, Duration timeout, Otherwise<T> otherwise) {
        try {
            return future.get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return otherwise.because("The caller was interrupted while waiting.");
        } catch (TimeoutException open) {
            return otherwise.because(noAnswerWithin(timeout));
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
            return otherwise.because("The member failed: " + cause);
        }
    }

    /** What becomes of a caller whose future has no answer, and why. */
    private interface Otherwise<T> {
        T because(String why);
    }

    private static String noAnswerWithin(Duration timeout) {
        return "The member gave no answer within " + timeout.toMillis() + "ms.";
    }

    /** Like {@link #awaitOrEnd}, but waits on no thread. */
    static void endLate(CompletableFuture<?> future, Duration timeout, Consumer<String> end) {
        if (!future.isDone()) {
            future.copy()
                    .orTimeout(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS)
                    .whenComplete((unused, failure) -> {
                        if (failure instanceof TimeoutException) {
                            end.accept(noAnswerWithin(timeout));
                        }
                    });
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
                        throw unanswered.apply(noAnswerWithin(timeout));
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
