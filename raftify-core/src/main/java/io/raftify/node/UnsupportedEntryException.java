package io.raftify.node;

import org.jspecify.annotations.Nullable;

/**
 * A {@link StateMachine} cannot apply an entry, or restore a snapshot, because this build of the application does not
 * know what is in it; another build does. Nothing was changed. The member parks: it applies nothing more and never skips,
 * but keeps the log, acknowledges entries and votes for others, so that the quorum does not lose it, until a build that
 * knows the entry is started in its place.
 */
public class UnsupportedEntryException extends RuntimeException {

    /** @param message what is not known, who wrote it, and what to deploy */
    public UnsupportedEntryException(String message) {
        super(message);
    }

    /** @param message what is not known, who wrote it, and what to deploy */
    public UnsupportedEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
