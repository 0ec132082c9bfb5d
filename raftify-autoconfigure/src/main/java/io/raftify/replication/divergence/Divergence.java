package io.raftify.replication.divergence;

import io.raftify.replication.wire.DigestReport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether this member's state is known to differ from that of the others. Thread-safe. */
public final class Divergence {

    private final Consumer<String> condemn;
    private final Runnable revive;
    private volatile @Nullable String reason;
    private volatile Consumer<DigestReport> listener = report -> {};
    private volatile Runnable mended = () -> {};

    /** Whether it was found before this process was started. */
    private boolean remembered;

    /** Counts the states that were replaced. */
    private long generation;

    /**
     * @param condemn is told why nobody must read the state any more, once it is known to differ
     * @param revive is told that it may be read again, once another one has taken its place
     */
    public Divergence(Consumer<String> condemn, Runnable revive) {
        this.condemn = condemn;
        this.revive = revive;
    }

    /** Who compares the digests of this member with those of others. */
    void onDigests(Consumer<DigestReport> comparing) {
        this.listener = comparing;
    }

    /** Called by the thread that applies. */
    public void taken(DigestReport report) {
        listener.accept(report);
    }

    /** What is to be done when another state has mended it. */
    void onMended(Runnable action) {
        this.mended = action;
    }

    /** Which state is there; to be asked for before its digests are compared. */
    synchronized long generation() {
        return generation;
    }

    /**
     * From now on this member must not serve. Only another state mends this.
     *
     * @return false if the state that was judged is not there any more
     */
    synchronized boolean found(String reason, long judged) {
        if (judged != generation) {
            return false;
        }
        this.reason = reason;
        condemn.accept(reason);
        return true;
    }

    /** It was found before this process was started, and its state is still the one on disk. */
    synchronized void remember(String reason) {
        remembered = true;
        found(reason, generation);
    }

    /**
     * The state was replaced by a whole one.
     *
     * @param another whether there was one before in this process: the first may be this member's own, from disk
     */
    public void replaced(boolean another) {
        synchronized (this) {
            generation++;
            if (remembered && !another) {
                return;
            }
            remembered = false;
            reason = null;
            revive.run();
        }
        mended.run();
    }

    /** Why this member must not serve, as a clause; null if it may. */
    public @Nullable String reason() {
        return reason;
    }
}
