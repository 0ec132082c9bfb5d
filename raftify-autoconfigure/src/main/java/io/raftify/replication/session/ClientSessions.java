package io.raftify.replication.session;

import io.raftify.node.RaftNode;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.OpenSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens sessions for this application's commands when they are needed, one for all callers. Thread-safe. */
public final class ClientSessions {

    private final RaftNode node;
    private final Supplier<LogEntry.Builder> entries;
    private final Duration timeout;
    private @Nullable ClientSession current;
    private @Nullable CompletableFuture<ClientSession> opening;

    /**
     * @param entries begins a new entry of the log
     * @param timeout of one attempt to open a session
     */
    public ClientSessions(RaftNode node, Supplier<LogEntry.Builder> entries, Duration timeout) {
        this.node = node;
        this.entries = entries;
        this.timeout = timeout;
    }

    /** The session to begin a command in; the future ends as a proposal does. */
    public synchronized CompletableFuture<ClientSession> current() {
        ClientSession usable = current;
        if (usable != null && !usable.isRetired()) {
            return CompletableFuture.completedFuture(usable);
        }
        CompletableFuture<ClientSession> underWay = opening;
        if (underWay == null || underWay.isDone()) {
            underWay = open();
            opening = underWay;
        }
        return underWay;
    }

    private CompletableFuture<ClientSession> open() {
        byte[] entry = entries.get()
                .setOpenSession(OpenSession.getDefaultInstance())
                .build()
                .toByteArray();
        // Sent again when nobody knows what became of it: a session that nobody uses does no harm, and expires.
        return RepeatedProposal.start(node, entry, System.nanoTime() + timeout.toNanos())
                .outcome()
                .thenApply(this::opened);
    }

    private synchronized ClientSession opened(EntryOutcome outcome) {
        ClientSession opened = new ClientSession(outcome.getSession());
        current = opened;
        return opened;
    }
}
