package io.raftify.replication;

import java.util.Map;

/** Takes digests of the state when they are due, and hands them to whoever compares them with those of other members. */
final class CheckpointTaker {

    private final Divergence divergence;
    private final StateDigests digests;
    private final Checkpoints checkpoints;

    CheckpointTaker(ReplicatedBeans beans) {
        this.divergence = beans.divergence();
        this.digests = new StateDigests(beans);
        this.checkpoints = new Checkpoints(() -> beans.build().catalogue().fingerprint());
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    /**
     * A command was run.
     *
     * @param outcome stands for what it came to
     */
    void came(byte[] outcome) {
        checkpoints.applied(outcome);
    }

    /** An entry was applied. */
    void applied(long index) {
        if (!checkpoints.due(index)) {
            return;
        }
        Map<String, byte[]> fields = digests.take();
        if (checkpoints.dueOfLarge(index)) {
            // At once, not on another thread: how much there was to hash decides when it is done again, on every member
            // alike.
            checkpoints.takenOfLarge(index, digests.takeLarge(fields));
        }
        checkpoints.taken(index, fields);
        divergence.taken(checkpoints.report());
    }
}
