package io.raftify.replication;

/**
 * What a command's method returned has more than 1,000,000 bytes when it is written. An outcome like every exception that
 * a command throws: the command was applied, what it changed was put back, and calling it again will not help.
 */
public final class ResultTooLargeException extends RuntimeException {

    /**
     * Bytes of the written value. Members decide by it what a command came to, so it is part of the format and equal on all of
     * them; the smallest frame that a member can be told to use has room for it.
     */
    static final int LARGEST = 1_000_000;

    private static final long serialVersionUID = 1L;

    public ResultTooLargeException(String message) {
        super(message);
    }
}
