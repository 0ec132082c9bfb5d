package io.raftify.transport.grpc;

/** Key or certificates of this member cannot be used; the message says what is wrong with them. */
final class SecurityUnusableException extends Exception {

    private static final long serialVersionUID = 1;

    SecurityUnusableException(String message, Throwable cause) {
        super(message, cause);
    }

    SecurityUnusableException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
