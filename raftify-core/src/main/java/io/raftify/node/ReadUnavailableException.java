package io.raftify.node;

/**
 * The state could not be read as fresh as it was asked for before the deadline: no leader with a quorum answered, this
 * member could not catch up, or it is further behind than allowed. Nothing was read. Trying again, here or on another
 * member, is safe.
 */
public final class ReadUnavailableException extends RaftException {

    public ReadUnavailableException(String message) {
        super(message);
    }
}
