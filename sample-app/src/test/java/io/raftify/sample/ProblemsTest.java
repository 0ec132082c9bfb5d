package io.raftify.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.node.NoLeaderException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ReadUnavailableException;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

class ProblemsTest {

    private final Problems problems = new Problems();

    @Test
    void aRejectedCallIsUnavailableAndMayBeMadeAgain() {
        ResponseEntity<ProblemDetail> response = problems.rejected(new NoLeaderException("No leader."));

        assertThat(response.getStatusCode().value()).isEqualTo(503);
        assertThat(response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("1");
        assertThat(response.getBody().getType()).hasToString("urn:problem:rejected");
    }

    @Test
    void anUnknownOutcomeSaysSoAndHowToGoOn() {
        ProblemDetail problem = problems.unknown(new OutcomeUnknownException("The leader changed."));

        assertThat(problem.getStatus()).isEqualTo(504);
        assertThat(problem.getType()).hasToString("urn:problem:outcome-unknown");
        assertThat(problem.getDetail()).isEqualTo("The leader changed. Ask again with the same order id.");
    }

    @Test
    void aReadWithoutAQuorumIsUnavailable() {
        ResponseEntity<ProblemDetail> response = problems.unreadable(new ReadUnavailableException("No quorum."));

        assertThat(response.getStatusCode().value()).isEqualTo(503);
        assertThat(response.getBody().getType()).hasToString("urn:problem:read-unavailable");
    }
}
