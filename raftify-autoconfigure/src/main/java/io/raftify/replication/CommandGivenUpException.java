package io.raftify.replication;

/**
 * A command did not end, so the members agreed to go on without it: it failed on all of them, and nothing that it did counts.
 * An outcome like every exception that a command throws; calling it again will most likely come to the same.
 */
public final class CommandGivenUpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandGivenUpException(String message) {
        super(message);
    }
}
