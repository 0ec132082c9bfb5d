package io.raftify.replication;

import io.raftify.replication.wire.DigestReport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether this member's state is known to differ from that of the others. Thread-safe. */
final class Divergence {

    private final StateGate gate;
    private volatile @Nullable String reason;
    private volatile Consumer<DigestReport> listener = report -> {};

    /** @param gate through which nobody reads the state any more once it is known to differ */
    Divergence(StateGate gate) {
        this.gate = gate;
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
        gate.condemn(reason);
    }

    /** The state was replaced by a whole one. */
    void mended() {
        reason = null;
        gate.mended();
    }

    /** Why this member must not serve, as a clause; null if it may. */
    @Nullable String reason() {
        return reason;
    }
}
