package io.raftify.replication;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long calls wait, and what is kept when members differ.
 *
 * @param nodeId stands in the log as the proposer
 * @param proposalTimeout a command's caller learns its fate by then
 * @param readTimeout a linearizable query answers or fails by then, beside the time its own method takes
 * @param evidence directory in which a member whose state differs from that of the others keeps what it has; null if it
 *     keeps nothing
 */
public record ReplicationSettings(
        String nodeId, Duration proposalTimeout, Duration readTimeout, @Nullable Path evidence) {

    /** Of a member that keeps no evidence. */
    public ReplicationSettings(String nodeId, Duration proposalTimeout, Duration readTimeout) {
        this(nodeId, proposalTimeout, readTimeout, null);
    }

    public ReplicationSettings {
        if (proposalTimeout.isNegative() || proposalTimeout.isZero()) {
            throw new IllegalArgumentException("The proposal timeout must be greater than zero");
        }
        if (readTimeout.isNegative() || readTimeout.isZero()) {
            throw new IllegalArgumentException("The read timeout must be greater than zero");
        }
    }
}
