package io.raftify.node;

/** Anything the member reports to a caller. */
public abstract class RaftException extends RuntimeException {

    protected RaftException(String message) {
        super(message);
    }

    protected RaftException(String message, Throwable cause) {
        super(message, cause);
    }
}
