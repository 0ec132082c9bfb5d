package io.raftify.replication;

/**
 * This member cannot say what a command comes to everywhere, and stops before it differs from the others. It has the stack trace
 * of what broke down, and not that itself as its cause, whose text is the application's code and may throw.
 */
final class MemberBreakdownError extends Error {

    private static final long serialVersionUID = 1L;

    MemberBreakdownError(String message) {
        super(message);
    }

    MemberBreakdownError(String message, Error breakdown) {
        super(message);
        setStackTrace(breakdown.getStackTrace());
    }
}
