package io.raftify.replication.divergence;

import io.raftify.replication.wire.DigestReport;
import java.util.function.Consumer;

/** What tests outside this room see of digests. */
public final class DivergenceSight {

    /** Under which the digest of the values stands. */
    public static final String VALUES = Checkpoints.VALUES;

    private DivergenceSight() {}

    public static void onDigests(Divergence divergence, Consumer<DigestReport> listener) {
        divergence.onDigests(listener);
    }
}
