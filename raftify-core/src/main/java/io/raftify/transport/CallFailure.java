package io.raftify.transport;

/**
 * Why a call has no answer.
 *
 * @param kind what may have become of the call at the peer
 * @param message names the peer and the reason
 */
public record CallFailure(Kind kind, String message) {

    /** What may have become of the call at the peer. */
    public enum Kind {
        /** It never left this member, and never will. */
        NOT_SENT,
        /** The peer's handler refused it with a reason. */
        REFUSED,
        /** No answer in time; the peer may have received it, or may yet. */
        TIMED_OUT,
        /** The stream broke after it was handed over; the peer may have received it. */
        UNKNOWN
    }
}
