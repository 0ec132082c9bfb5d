package io.raftify.replication.session;

import io.raftify.node.RaftNode;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.OpenSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens sessions for this application's commands when they are needed, one for all callers. Thread-safe. */
public final class ClientSessions {

    private final RaftNode node;
    private final Supplier<LogEntry.Builder> entries;
    private final Duration timeout;
    private @Nullable ClientSession current;
    private boolean opening;

    /** In the order in which they came, which is that in which a caller's commands are to go into the log. */
    private final Deque<CompletableFuture<ClientSession>> waiting = new ArrayDeque<>();

    /**
     * @param entries begins a new entry of the log
     * @param timeout of one attempt to open a session
     */
    public ClientSessions(RaftNode node, Supplier<LogEntry.Builder> entries, Duration timeout) {
        this.node = node;
        this.entries = entries;
        this.timeout = timeout;
    }

    /** The session to begin a command in; the future ends as a proposal does. Futures end in the order of the calls. */
    public CompletableFuture<ClientSession> current() {
        CompletableFuture<ClientSession> session = new CompletableFuture<>();
        synchronized (this) {
            ClientSession usable = current;
            if (usable != null && !usable.isRetired()) {
                return CompletableFuture.completedFuture(usable);
            }
            waiting.add(session);
            if (opening) {
                return session;
            }
            opening = true;
            current = null;
        }
        open();
        return session;
    }

    private void open() {
        byte[] entry = entries.get()
                .setOpenSession(OpenSession.getDefaultInstance())
                .build()
                .toByteArray();
        // Sent again when nobody knows what became of it: a session that nobody uses does no harm, and expires.
        var unused = RepeatedProposal.start(node, entry, System.nanoTime() + timeout.toNanos())
                .outcome()
                .handle((outcome, failure) -> {
                    ClientSession opened = outcome == null ? null : new ClientSession(outcome.getSession());
                    for (var next = next(opened); next != null; next = next(opened)) {
                        if (opened != null) {
                            next.complete(opened);
                        } else {
                            next.completeExceptionally(failure);
                        }
                    }
                    return null;
                });
    }

    /** Whoever calls before all that wait are served waits behind them. */
    private synchronized @Nullable CompletableFuture<ClientSession> next(@Nullable ClientSession opened) {
        CompletableFuture<ClientSession> next = waiting.poll();
        if (next == null) {
            current = opened;
            opening = false;
        }
        return next;
    }
}
