package io.raftify.replication.divergence;

import io.raftify.replication.state.LibraryState;
import io.raftify.replication.state.StateDigests;
import io.raftify.replication.wire.DigestReport;
import java.util.Map;
import java.util.function.Supplier;

/** Takes digests of the state when they are due, and hands them to whoever compares them with those of other members. */
public final class CheckpointTaker {

    private final Divergence divergence;
    private final StateDigests digests;
    private final Checkpoints checkpoints;

    /** @param build the same for builds of the application whose values have the same form */
    public CheckpointTaker(StateDigests digests, Divergence divergence, Supplier<String> build) {
        this.digests = digests;
        this.divergence = divergence;
        this.checkpoints = new Checkpoints(build);
    }

    /** What of it belongs into snapshots. */
    public LibraryState checkpoints() {
        return checkpoints;
    }

    /** The newest digests that were taken of the state. */
    public DigestReport report() {
        return checkpoints.report();
    }

    /**
     * A command was run.
     *
     * @param outcome stands for what it came to
     */
    public void came(byte[] outcome) {
        checkpoints.applied(outcome);
    }

    /** An entry was applied. */
    public void applied(long index) {
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
