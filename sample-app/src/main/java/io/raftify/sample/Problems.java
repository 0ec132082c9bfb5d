package io.raftify.sample;

import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * What a client is told when there is no ticket. The three ways it can go wrong ask for three reactions: a seat that is
 * taken stays taken; a rejected call did nothing and may be made again; a call with an unknown outcome may have sold
 * the seat, so it must be made again with the <em>same</em> order id.
 */
@RestControllerAdvice
class Problems {

    @ExceptionHandler
    ProblemDetail seatTaken(SeatTakenException e) {
        return problem(HttpStatus.CONFLICT, "seat-taken", "Seat taken", e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail unknownSeat(UnknownSeatException e) {
        return problem(HttpStatus.NOT_FOUND, "unknown-seat", "No such seat", e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(ProposalRejectedException e) {
        return unavailable(
                problem(HttpStatus.SERVICE_UNAVAILABLE, "rejected", "Nothing was sold or returned", e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unreadable(ReadUnavailableException e) {
        return unavailable(
                problem(HttpStatus.SERVICE_UNAVAILABLE, "read-unavailable", "Not readable now", e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail unknown(OutcomeUnknownException e) {
        return problem(
                HttpStatus.GATEWAY_TIMEOUT,
                "outcome-unknown",
                "Whether it was done is not known",
                e.getMessage() + " Ask again with the same order id.");
    }

    private static ResponseEntity<ProblemDetail> unavailable(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus())
                .header(HttpHeaders.RETRY_AFTER, "1")
                .body(problem);
    }

    private static ProblemDetail problem(HttpStatus status, String type, String title, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:problem:" + type));
        problem.setTitle(title);
        return problem;
    }
}
