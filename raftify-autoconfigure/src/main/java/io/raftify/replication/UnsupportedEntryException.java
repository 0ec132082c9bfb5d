package io.raftify.replication;

import org.jspecify.annotations.Nullable;

/** The log holds an entry that this version of the application cannot apply. The member stops; it never skips. */
public final class UnsupportedEntryException extends RuntimeException {

    UnsupportedEntryException(String message) {
        this(message, null);
    }

    UnsupportedEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
