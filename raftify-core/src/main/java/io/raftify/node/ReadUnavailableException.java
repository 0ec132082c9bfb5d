package io.raftify.node;

/**
 * A linearizable read could not be made before its deadline, because no leader with a quorum answered, or because this
 * member could not catch up. Nothing was read. Trying again, here or on another member, is safe.
 */
public final class ReadUnavailableException extends RaftException {

    public ReadUnavailableException(String message) {
        super(message);
    }
}
