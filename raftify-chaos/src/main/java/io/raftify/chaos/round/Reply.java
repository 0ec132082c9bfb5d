package io.raftify.chaos.round;

import io.raftify.chaos.history.Fate;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param result if it {@link Fate#RETURNED}
 * @param reason if it did not
 */
public record Reply(
        Fate fate, @Nullable String result, @Nullable String reason) {

    public static Reply returned(String result) {
        return new Reply(Fate.RETURNED, result, null);
    }

    public static Reply notApplied(String reason) {
        return new Reply(Fate.NOT_APPLIED, null, reason);
    }

    public static Reply unknown(String reason) {
        return new Reply(Fate.UNKNOWN, null, reason);
    }
}
