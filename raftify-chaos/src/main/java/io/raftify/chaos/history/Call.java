package io.raftify.chaos.history;

import org.jspecify.annotations.Nullable;

/**
 * One call as its client saw it.
 *
 * @param id of the command, different in every call of a round
 * @param member where it was called
 * @param invoked before the call, in nanoseconds since the round began
 * @param returned after it, likewise; of an unknown outcome, when the caller was told so
 * @param result what the caller was told, if the call {@link Fate#RETURNED}
 * @param reason why it did not
 */
public record Call(
        long id,
        int client,
        String member,
        Action action,
        long invoked,
        long returned,
        Fate fate,
        @Nullable String result,
        @Nullable String reason) {

    public Call {
        if ((fate == Fate.RETURNED) != (result != null)) {
            throw new IllegalArgumentException("a result belongs to a call that returned, and to no other");
        }
    }

    /** The same call with an outcome that nobody has heard of yet. */
    public Call unknown() {
        return new Call(id, client, member, action, invoked, returned, Fate.UNKNOWN, null, reason);
    }
}
