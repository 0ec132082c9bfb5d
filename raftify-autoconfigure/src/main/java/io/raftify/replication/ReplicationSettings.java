package io.raftify.replication;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long calls wait, how strict the start is, and what is kept when members differ.
 *
 * @param nodeId stands in the log as the proposer
 * @param proposalTimeout a command's caller learns its fate by then
 * @param readTimeout a query answers or fails by then, beside the time its own method takes
 * @param giveUpAfter a command that runs for so long is given up, if every member can; zero if none is. At least twice the
 *     proposal timeout, by which it was reported
 * @param determinismCheck what becomes of code that could make members differ
 * @param evidence directory in which a member whose state differs from that of the others keeps what it has; null if it
 *     keeps nothing
 */
public record ReplicationSettings(
        String nodeId,
        Duration proposalTimeout,
        Duration readTimeout,
        Duration giveUpAfter,
        DeterminismCheck determinismCheck,
        @Nullable Path evidence) {

    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    public ReplicationSettings {
        if (proposalTimeout.isNegative() || proposalTimeout.isZero()) {
            throw new IllegalArgumentException("The proposal timeout must be greater than zero");
        }
        if (readTimeout.isNegative() || readTimeout.isZero()) {
            throw new IllegalArgumentException("The read timeout must be greater than zero");
        }
        if (givesUpTooEarly(giveUpAfter, proposalTimeout)) {
            throw new IllegalArgumentException(
                    "Commands must not be given up before twice the proposal timeout; zero means never");
        }
    }

    /** Whether commands would be given up before twice the proposal timeout; not if they never are. */
    public static boolean givesUpTooEarly(Duration giveUpAfter, Duration proposalTimeout) {
        return giveUpAfter.isNegative()
                || !giveUpAfter.isZero() && giveUpAfter.compareTo(proposalTimeout.multipliedBy(2)) < 0;
    }

    /** The default: a minute, or twice the proposal timeout if that is longer. */
    public static Duration giveUpAfter(Duration proposalTimeout) {
        Duration twice = proposalTimeout.multipliedBy(2);
        return twice.compareTo(A_MINUTE) > 0 ? twice : A_MINUTE;
    }

    /** With the default of what is not given: code that could make members differ is warned of, and no evidence is kept. */
    public ReplicationSettings(String nodeId, Duration proposalTimeout, Duration readTimeout) {
        this(nodeId, proposalTimeout, readTimeout, giveUpAfter(proposalTimeout), DeterminismCheck.WARN, null);
    }
}
