package io.raftify.replication.state;

/** A field of a replicated bean holds what cannot be written and read back as it is. Names the field and the remedy. */
public final class UnwritableStateException extends RuntimeException {

    UnwritableStateException(StateField field, String problem) {
        super("The state of " + field + " cannot be written: " + problem);
    }

    UnwritableStateException(StateField field, String problem, Throwable cause) {
        super("The state of " + field + " cannot be written: " + problem, cause);
    }
}
