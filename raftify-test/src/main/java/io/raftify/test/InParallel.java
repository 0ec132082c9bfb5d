package io.raftify.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does something with several nodes at once, each on a thread of its own. */
final class InParallel {

    private InParallel() {}

    /** Something that may fail with anything. */
    @FunctionalInterface
    interface Action<T> {
        void on(T item) throws Exception;
    }

    /** Waits for all, then throws what the first that failed threw; the others' failures are suppressed in it. */
    static <T> void forEach(List<T> items, Action<T> action) {
        if (items.isEmpty()) {
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(items.size());
        List<Future<?>> running = new ArrayList<>();
        for (T item : items) {
            Callable<?> task = () -> {
                action.on(item);
                return null;
            };
            running.add(threads.submit(task));
        }
        threads.shutdown();
        @Nullable Throwable first = null;
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException failed) {
                first = with(first, failed.getCause());
            } catch (InterruptedException interrupted) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                first = with(first, interrupted);
            }
        }
        rethrow(first);
    }

    /** Runs on this thread under another name, so that what is logged meanwhile tells which node it is about. */
    static <R> R named(String name, Supplier<R> action) {
        Thread thread = Thread.currentThread();
        String before = thread.getName();
        thread.setName(name);
        try {
            return action.get();
        } finally {
            thread.setName(before);
        }
    }

    private static @Nullable Throwable with(@Nullable Throwable first, @Nullable Throwable next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }
}
