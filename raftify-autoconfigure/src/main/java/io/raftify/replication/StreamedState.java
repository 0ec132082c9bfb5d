package io.raftify.replication;

import io.raftify.node.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A bean with {@linkplain io.raftify.annotation.ReplicatedCommand commands} that writes its own state into snapshots and
 * reads it back, for state that is too large, or of too special a form, for fields marked
 * {@link io.raftify.annotation.ReplicatedState}. It may have such fields beside it.
 *
 * <p>The bytes go to the disk as they are written and come from there as they are read: neither side holds them in memory,
 * and there may be as many as the disk has room for. They are part of the persistent format, so begin them with a version
 * of your own.
 *
 * <p>What the bean writes by itself is not put back when a command throws: let commands check first and change afterwards.
 *
 * <pre>{@code
 * @Component
 * class Ledger implements StreamedState {
 *
 *     private PersistentVector<Line> lines = PersistentVector.empty();
 *
 *     @Override
 *     public StateSnapshot snapshot() {
 *         PersistentVector<Line> fixed = lines;          // a reference is enough: it never changes
 *         return out -> write(fixed, out);               // later, while further commands run
 *     }
 *
 *     @Override
 *     public void restore(InputStream in) throws IOException {
 *         lines = read(in);
 *     }
 * }
 * }</pre>
 */
public interface StreamedState {

    /**
     * Fixes the state as it is now. Called on the bean itself while no command runs, and all wait until it returns: make it
     * quick, and leave the writing to what is returned. That is called at most once, on another thread, while further
     * commands change the bean.
     */
    StateSnapshot snapshot();

    /**
     * Replaces the whole state by what a snapshot wrote, on this member or another one. Called while neither commands nor
     * queries run, after the digest over the bytes was found right.
     *
     * @param in ends where the bean's own bytes end; need not be closed
     * @throws IOException if the bytes cannot be used. The member then stops with that reason, and answers no query: it
     *     cannot know what the bean has changed by then
     */
    void restore(InputStream in) throws IOException;

    /**
     * A digest of the state as it is now, the same on every member whose state is the same. Called while no command runs.
     * Members compare it to find out whether they have diverged; null, the default, leaves the state out of that.
     */
    default byte @Nullable [] digest() {
        return null;
    }
}
