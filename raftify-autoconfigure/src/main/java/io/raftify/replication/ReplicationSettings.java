package io.raftify.replication;

import java.time.Duration;

/**
 * How long calls wait.
 *
 * @param nodeId stands in the log as the proposer
 * @param proposalTimeout a command's caller learns its fate by then
 * @param readTimeout a query answers or fails by then, beside the time its own method takes
 */
public record ReplicationSettings(String nodeId, Duration proposalTimeout, Duration readTimeout) {

    public ReplicationSettings {
        if (proposalTimeout.isNegative() || proposalTimeout.isZero()) {
            throw new IllegalArgumentException("The proposal timeout must be greater than zero");
        }
        if (readTimeout.isNegative() || readTimeout.isZero()) {
            throw new IllegalArgumentException("The read timeout must be greater than zero");
        }
    }
}
