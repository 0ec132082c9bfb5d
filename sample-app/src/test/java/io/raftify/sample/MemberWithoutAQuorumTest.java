package io.raftify.sample;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** One of three members, the others not started: what a load balancer and a client are told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MemberWithoutAQuorumTest {

    private MembersInOneJvm members;
    private RestTestClient http;

    @BeforeAll
    void startOneOfThree(@TempDir Path work) {
        members = new MembersInOneJvm(3, work, "--raftify.proposal.timeout=1s", "--raftify.read.timeout=1s");
        members.start("n1");
        http = RestTestClient.bindToServer().baseUrl(members.url("n1")).build();
    }

    @AfterAll
    void stopIt() {
        members.close();
    }

    @Test
    void itIsAliveButNotReady() {
        http.get().uri("/actuator/health/liveness").exchange().expectStatus().isOk();
        http.get().uri("/actuator/health/readiness").exchange().expectStatus().isEqualTo(503);
    }

    @Test
    void aSaleIsRejectedAndMayBeTriedAgain() {
        http.post()
                .uri("/shows/1/seats/1")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("orderId", "o-1", "buyer", "Ada"))
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals("Retry-After", "1")
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:problem:rejected");
    }

    @Test
    void aLinearizableReadIsRefusedAndALocalOneAnswers() {
        http.get()
                .uri("/shows/1")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:problem:read-unavailable");
        http.get().uri("/shows/1?consistency=local").exchange().expectStatus().isOk();
    }
}
