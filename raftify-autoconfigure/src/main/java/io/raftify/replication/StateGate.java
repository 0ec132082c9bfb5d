package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps queries and commands apart: queries run beside each other, a command runs alone. There is one gate for all
 * replicated beans, not one per bean: a command may call a command of another bean, and a query that saw one bean
 * before and the other after it would see half a command. Commands come one by one anyway.
 */
final class StateGate {

    /** What the current thread is in the middle of. */
    enum Inside {
        NOTHING,
        COMMAND,
        QUERY
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ThreadLocal<Inside> inside = ThreadLocal.withInitial(() -> Inside.NOTHING);

    private final ThreadLocal<@Nullable Freshness> freshness = new ThreadLocal<>();

    /** Of the thread that holds the lock for writing. */
    private @Nullable CommandContext context;

    private volatile @Nullable String broken;

    Inside inside() {
        return inside.get();
    }

    /** How fresh the state is for the query that the current thread is in the middle of; null if it is in none. */
    @Nullable Freshness freshness() {
        return freshness.get();
    }

    /** The context of the command that the current thread is in the middle of; null if it is in none. */
    @Nullable CommandContext context() {
        return inside.get() == Inside.COMMAND ? context : null;
    }

    /** Runs a command alone. */
    <T, E extends Throwable> T alone(CommandContext command, Work<T, E> work) throws E {
        return alone(() -> {
            context = command;
            try {
                return work.run();
            } finally {
                context = null;
            }
        });
    }

    /** Runs a command, or what replaces the state, alone. */
    <T, E extends Throwable> T alone(Work<T, E> work) throws E {
        lock.writeLock().lock();
        inside.set(Inside.COMMAND);
        try {
            return work.run();
        } finally {
            inside.remove();
            lock.writeLock().unlock();
        }
    }

    /** Runs what only reads, beside other readers; waits for the command in progress. */
    <T> T shared(Supplier<T> work) {
        lock.readLock().lock();
        try {
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Runs a query, at the latest after {@code timeout}.
     *
     * @throws ReadUnavailableException if the command in progress takes longer, or the state must not be read
     */
    <E extends Throwable> @Nullable Object query(Freshness fresh, Duration timeout, Reading<E> work) throws E {
        if (!enter(timeout)) {
            throw new ReadUnavailableException(
                    "The command that is being applied did not finish within " + timeout.toMillis() + "ms.");
        }
        inside.set(Inside.QUERY);
        freshness.set(fresh);
        try {
            String reason = broken;
            if (reason != null) {
                throw new ReadUnavailableException("The replicated state must not be read: " + reason);
            }
            return work.run();
        } finally {
            freshness.remove();
            inside.remove();
            lock.readLock().unlock();
        }
    }

    private boolean enter(Duration timeout) {
        try {
            return lock.readLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ReadUnavailableException("The caller was interrupted before the state could be read.");
        }
    }

    /** Why the state must not be read, as a clause; null if it may. */
    @Nullable String broken() {
        return broken;
    }

    /** The state was replaced by a whole one. */
    void mended() {
        broken = null;
    }

    /** From now on no query answers, since the state may be half changed. Only a restart, or another state, mends this. */
    void condemn(String reason) {
        broken = reason;
    }

    @FunctionalInterface
    interface Work<T, E extends Throwable> {
        T run() throws E;
    }

    @FunctionalInterface
    interface Reading<E extends Throwable> {
        @Nullable Object run() throws E;
    }
}
