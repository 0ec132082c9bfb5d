package io.raftify.node;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How old a member's state may be for a bounded read; where both are given, both hold.
 *
 * @param maxLag every command that was acknowledged longer ago than this is in the state; null if time does not matter
 * @param maxLagEntries at most this many entries, committed when the read began, are not applied yet; negative if their
 *     number does not matter
 */
public record ReadBound(@Nullable Duration maxLag, long maxLagEntries) {

    /** @throws IllegalArgumentException if nothing is bounded, or the time is not greater than zero */
    public ReadBound {
        if (maxLag == null && maxLagEntries < 0) {
            throw new IllegalArgumentException("A bounded read needs a bound, in time or in entries");
        }
        if (maxLag != null && (maxLag.isZero() || maxLag.isNegative())) {
            throw new IllegalArgumentException("The lag must be greater than zero, but is " + maxLag);
        }
        maxLagEntries = Math.max(-1, maxLagEntries);
    }

    /** Whether whatever satisfies this bound satisfies the other one. */
    public boolean atLeastAsStrictAs(ReadBound other) {
        boolean time = other.maxLag == null || (maxLag != null && maxLag.compareTo(other.maxLag) <= 0);
        boolean entries = other.maxLagEntries < 0 || (maxLagEntries >= 0 && maxLagEntries <= other.maxLagEntries);
        return time && entries;
    }

    /** For example {@code 500 ms} or {@code 10 entries}. */
    @Override
    public String toString() {
        String time = maxLag != null ? maxLag.toMillis() + " ms" : "";
        String entries = maxLagEntries >= 0 ? maxLagEntries + " entries" : "";
        return time + (!time.isEmpty() && !entries.isEmpty() ? " and " : "") + entries;
    }
}
