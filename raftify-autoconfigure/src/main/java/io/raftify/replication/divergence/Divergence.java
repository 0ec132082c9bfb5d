package io.raftify.replication.divergence;

import io.raftify.replication.wire.DigestReport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether this member's state is known to differ from that of the others. Thread-safe. */
public final class Divergence {

    private final Consumer<String> condemn;
    private volatile @Nullable String reason;
    private volatile Consumer<DigestReport> listener = report -> {};

    /** @param condemn is told why nobody must read the state any more, once it is known to differ */
    public Divergence(Consumer<String> condemn) {
        this.condemn = condemn;
    }

    /** Who compares the digests of this member with those of others. */
    void onDigests(Consumer<DigestReport> comparing) {
        this.listener = comparing;
    }

    /** Called by the thread that applies. */
    void taken(DigestReport report) {
        listener.accept(report);
    }

    /** From now on this member must not serve. Only another state mends this. */
    void found(String reason) {
        this.reason = reason;
        condemn.accept(reason);
    }

    /** The state was replaced by a whole one. */
    public void mended() {
        reason = null;
    }

    /** Why this member must not serve, as a clause; null if it may. */
    public @Nullable String reason() {
        return reason;
    }
}
