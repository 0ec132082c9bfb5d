package io.raftify.node;

import org.jspecify.annotations.Nullable;

/**
 * Told of what changes in a member. Calls come in order, on one thread of the member's, a moment after what they tell; they may
 * ask the member anything. A call that blocks keeps all later ones waiting, and more than a thousand that wait are dropped
 * with a warning in the log.
 */
public interface RaftNodeListener {

    /** This member now knows {@code leaderId} as leader of {@code term}, or knows of no leader. */
    default void leaderChanged(long term, @Nullable String leaderId) {}

    /** This member began an election for {@code term}. */
    default void electionStarted(long term) {}

    /**
     * This member's state machine stands still before an entry that it does not know; see
     * {@link UnsupportedEntryException}. A restart with a build that knows it brings it back.
     */
    default void parked(String reason) {}

    /** Another member announced something else than before; see {@link RaftNode#announced}. */
    default void announced(String nodeId) {}

    /** This member stopped taking part; only a restart, after its cause is mended, brings it back. */
    default void failed(String reason) {}
}
