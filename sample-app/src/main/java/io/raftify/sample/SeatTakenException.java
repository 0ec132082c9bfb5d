package io.raftify.sample;

/** The seat belongs to another order. */
class SeatTakenException extends RuntimeException {

    SeatTakenException(String message) {
        super(message);
    }
}
