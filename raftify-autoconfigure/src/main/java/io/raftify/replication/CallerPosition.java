package io.raftify.replication;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far in the log one caller has seen, so that its later queries see no less, on whichever member they are made: the
 * effect of its own commands (read your writes), and what its earlier queries have shown it (monotonic reads). Wanted where
 * queries are not linearizable; a linearizable one sees everything anyway.
 *
 * <pre>{@code
 * try (CallerPosition position = CallerPosition.resume(request.getHeader("X-Log-Position"))) {
 *     inventory.add("a", 1);                       // through the log; its index is noted
 *     inventory.lastKnown("a");                    // LOCAL, and sees it: waits until this member has applied it
 *     response.setHeader("X-Log-Position", position.token());
 * }
 * }</pre>
 *
 * <p>It belongs to the thread that opened it, until it is closed, and to what it {@linkplain #wrap wraps}. Opened inside
 * another one, it begins where that one stands, and that one goes on from where it ends. Commands whose outcome comes
 * later, as a promise, are noted when it comes.
 *
 * <p>A query waits for the position within {@code raftify.read.timeout}, and ends in
 * {@link io.raftify.node.ReadUnavailableException} if this member does not come that far. Tokens are not signed: whoever
 * can change one can make its own queries wait that long, or see older state, and no more.
 *
 * <p>Its methods may be called from any thread, but for {@link #close}.
 */
public final class CallerPosition implements AutoCloseable {

    private static final ThreadLocal<@Nullable CallerPosition> CURRENT = new ThreadLocal<>();

    /** With a version of its own, since it lives in the hands of clients. */
    private static final Pattern TOKEN = Pattern.compile("v1-(0|[1-9][0-9]{0,17})");

    private final AtomicLong index;
    private final @Nullable CallerPosition outer;
    private final Thread opener = Thread.currentThread();

    private CallerPosition(long seen) {
        this.outer = CURRENT.get();
        this.index = new AtomicLong(outer != null ? Math.max(seen, outer.index()) : seen);
        CURRENT.set(this);
    }

    /** Opens a position at the beginning of the log: of a caller that has seen nothing yet. */
    public static CallerPosition begin() {
        return new CallerPosition(0);
    }

    /**
     * Opens the position that a caller has brought from another call, here or on another member of the same cluster.
     *
     * @param token what {@link #token()} gave; null or blank for a caller that brings none
     * @throws IllegalArgumentException if it is no such token
     */
    public static CallerPosition resume(@Nullable String token) {
        if (token == null || token.isBlank()) {
            return begin();
        }
        Matcher parts = TOKEN.matcher(token.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("Not a position in the log, which looks like 'v1-42'");
        }
        return new CallerPosition(Long.parseLong(parts.group(1)));
    }

    /** The position of what runs on this thread; null if there is none. */
    static @Nullable CallerPosition current() {
        return CURRENT.get();
    }

    /** The caller has seen the effect of this entry, and so of all before it. */
    void seen(long entry) {
        index.accumulateAndGet(entry, Math::max);
    }

    /** The last entry whose effect the caller may have seen; 0 if none. */
    public long index() {
        return index.get();
    }

    /** The position as a short text of letters, digits and a hyphen, for a header, a cookie or a message. */
    public String token() {
        return "v1-" + index();
    }

    /** A task for another thread that has this position as its own. */
    public Runnable wrap(Runnable task) {
        return () -> {
            CallerPosition before = CURRENT.get();
            CURRENT.set(this);
            try {
                task.run();
            } finally {
                restore(before);
            }
        };
    }

    /** A task for another thread that has this position as its own. */
    public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
        return () -> {
            CallerPosition before = CURRENT.get();
            CURRENT.set(this);
            try {
                return task.call();
            } finally {
                restore(before);
            }
        };
    }

    private static void restore(@Nullable CallerPosition before) {
        if (before != null) {
            CURRENT.set(before);
        } else {
            CURRENT.remove();
        }
    }

    /**
     * Ends it on this thread; idempotent.
     *
     * @throws IllegalStateException if it was opened by another thread, or one that was opened inside it is still open
     */
    @Override
    public void close() {
        if (Thread.currentThread() != opener) {
            throw new IllegalStateException("A position in the log is closed by the thread that opened it");
        }
        CallerPosition current = CURRENT.get();
        if (current == this) {
            if (outer != null) {
                outer.seen(index());
            }
            restore(outer);
            return;
        }
        for (CallerPosition open = current; open != null; open = open.outer) {
            if (open == this) {
                throw new IllegalStateException("A position in the log that was opened inside this one is still open");
            }
        }
    }
}
