package io.raftify.node;

/** A member could not start. {@link #reason()} says what kind of remedy helps; the message says what was found. */
public final class NodeStartException extends RaftException {

    /** What kept the member from starting. */
    public enum Reason {
        /** The data directory cannot be created or written. */
        DIRECTORY_UNWRITABLE,
        /** Another process, or another member of this one, has the data directory open. */
        DIRECTORY_IN_USE,
        /** The data directory belongs to another member or another cluster. */
        DIRECTORY_OF_ANOTHER_MEMBER,
        /** What is on disk was written by a version whose format this one does not know. */
        UNKNOWN_FORMAT,
        /** What is on disk is damaged. */
        CORRUPT,
        /** The port is taken, or the address is not one of this machine. */
        ADDRESS_UNAVAILABLE,
        /** The key or certificates cannot be used. */
        SECURITY,
        /** The state machine could not be restored. */
        STATE_NOT_RESTORED,
        /** The peers listed are not the members that the log knows. */
        MEMBERSHIP_DIFFERS,
        /** Anything else the engine reports. */
        ENGINE
    }

    private final Reason reason;

    public NodeStartException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public NodeStartException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What kind of remedy helps. */
    public Reason reason() {
        return reason;
    }
}
