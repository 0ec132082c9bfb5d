package io.raftify.replication;

import java.time.Duration;

/**
 * How long calls wait, and how strict the start is.
 *
 * @param nodeId stands in the log as the proposer
 * @param proposalTimeout a command's caller learns its fate by then
 * @param readTimeout a linearizable query answers or fails by then, beside the time its own method takes
 * @param determinismCheck what becomes of code that could make members differ
 */
public record ReplicationSettings(
        String nodeId, Duration proposalTimeout, Duration readTimeout, DeterminismCheck determinismCheck) {

    public ReplicationSettings {
        if (proposalTimeout.isNegative() || proposalTimeout.isZero()) {
            throw new IllegalArgumentException("The proposal timeout must be greater than zero");
        }
        if (readTimeout.isNegative() || readTimeout.isZero()) {
            throw new IllegalArgumentException("The read timeout must be greater than zero");
        }
    }

    /** With the default of what is not given: code that could make members differ is warned of. */
    public ReplicationSettings(String nodeId, Duration proposalTimeout, Duration readTimeout) {
        this(nodeId, proposalTimeout, readTimeout, DeterminismCheck.WARN);
    }
}
