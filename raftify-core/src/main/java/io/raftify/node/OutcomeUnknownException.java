package io.raftify.node;

/**
 * The command may have been applied, or may be later: the deadline passed, the leader changed or a connection broke
 * after it was handed over. The caller must find out by reading, or call again only what is harmless to do twice.
 */
public final class OutcomeUnknownException extends RaftException {

    public OutcomeUnknownException(String message) {
        super(message);
    }
}
