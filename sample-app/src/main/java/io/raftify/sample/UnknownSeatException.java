package io.raftify.sample;

/** There is no such show, or no such seat in the house. */
class UnknownSeatException extends RuntimeException {

    UnknownSeatException(String message) {
        super(message);
    }
}
