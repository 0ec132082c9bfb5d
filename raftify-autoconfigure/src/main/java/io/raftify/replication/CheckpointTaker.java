package io.raftify.replication;

import io.raftify.replication.wire.CommandOutcome;
import java.util.List;
import java.util.Map;

/** Takes digests of the state when they are due, and hands them to whoever compares them with those of other members. */
final class CheckpointTaker {

    private final Divergence divergence;
    private final StateDigests digests;
    private final Checkpoints checkpoints;

    CheckpointTaker(ReplicatedBeans beans) {
        this.divergence = beans.divergence();
        // Without the library's own parts: they follow from the log alone, but for messages of exceptions, which need
        // not
        // be the same in every Java version.
        this.digests = new StateDigests(beans, List.of());
        this.checkpoints = new Checkpoints(() -> beans.build().catalogue().fingerprint());
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    /** A command was run. */
    void came(CommandOutcome outcome) {
        checkpoints.applied(outcome);
    }

    /** An entry was applied. */
    void applied(long index) {
        if (!checkpoints.due(index)) {
            return;
        }
        // At once, not on another thread: how much there was to hash decides when it is done again, on every member
        // alike.
        StateDigests.Captured state = digests.capture();
        Map<String, byte[]> parts = state.digests();
        checkpoints.taken(index, parts, state.hashed());
        divergence.taken(checkpoints.report());
    }
}
