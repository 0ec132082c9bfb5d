package io.raftify.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What the box office answers over HTTP, asked of a cluster of one. Every test has a show of its own. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "raftify.node-id=alone",
            "raftify.storage.type=memory",
            "raftify.proposal.timeout=30s",
            "raftify.read.timeout=30s"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoxOfficeOverHttpTest {

    @LocalServerPort
    private int port;

    private RestTestClient http;

    /** Without a profile, application.yml knows of no members. */
    @DynamicPropertySource
    static void aClusterOfOne(DynamicPropertyRegistry registry) {
        int memberPort = FreePorts.find(1).get(0);
        registry.add("raftify.cluster.peers.alone", () -> "127.0.0.1:" + memberPort);
    }

    @BeforeAll
    void waitUntilReady() {
        http = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> http.get()
                        .uri("/actuator/health/readiness")
                        .exchange()
                        .expectStatus()
                        .isOk());
    }

    @Test
    void aFreeSeatIsSoldAndShown() {
        Sale sale = sell(1, 17, "order-1", "Ada")
                .expectStatus()
                .isCreated()
                .returnResult(Sale.class)
                .getResponseBody();

        assertThat(sale.orderId()).isEqualTo("order-1");
        assertThat(sale.ticket()).isPositive();
        assertThat(show(1, "linearizable").sold()).containsExactly(sale);
        assertThat(show(1, "local").sold()).containsExactly(sale);
        assertThat(show(2, "linearizable").sold()).isEmpty();
    }

    @Test
    void aSoldSeatIsRefusedToAnotherOrder() {
        sell(3, 5, "first", "Ada").expectStatus().isCreated();

        ProblemDetail problem = problem(sell(3, 5, "second", "Grace"), HttpStatus.CONFLICT);

        assertThat(problem.getType()).hasToString("urn:problem:seat-taken");
        assertThat(problem.getDetail()).isEqualTo("Seat 5 of show 3 is already sold.");
        assertThat(show(3, "linearizable").sold()).extracting(Sale::orderId).containsExactly("first");
    }

    @Test
    void theSameOrderPlacedAgainGetsTheSameTicket() {
        Sale first = sell(4, 1, "again", "Ada").returnResult(Sale.class).getResponseBody();
        Sale second = sell(4, 1, "again", "Ada")
                .expectStatus()
                .isCreated()
                .returnResult(Sale.class)
                .getResponseBody();
        Sale other = sell(4, 2, "another", "Ada").returnResult(Sale.class).getResponseBody();

        assertThat(second).isEqualTo(first);
        assertThat(other.ticket()).isGreaterThan(first.ticket());
    }

    @Test
    void aReturnedSeatCanBeSoldAgain() {
        sell(5, 9, "gave-up", "Ada").expectStatus().isCreated();

        refund(5, 9, "gave-up").expectStatus().isNoContent();

        assertThat(show(5, "linearizable").sold()).isEmpty();
        sell(5, 9, "glad", "Grace").expectStatus().isCreated();
    }

    @Test
    void aRefundThatArrivesTwiceDoesNotTakeTheSeatFromItsNextHolder() {
        sell(6, 9, "gave-up", "Ada").expectStatus().isCreated();
        refund(6, 9, "gave-up").expectStatus().isNoContent();
        sell(6, 9, "glad", "Grace").expectStatus().isCreated();

        problem(refund(6, 9, "gave-up"), HttpStatus.CONFLICT);

        assertThat(show(6, "linearizable").sold()).extracting(Sale::orderId).containsExactly("glad");
    }

    @Test
    void aSeatOrShowThatDoesNotExistIsNotFound() {
        assertThat(problem(sell(7, BoxOffice.SEATS + 1, "o", "Ada"), HttpStatus.NOT_FOUND)
                        .getType())
                .hasToString("urn:problem:unknown-seat");
        problem(sell(7, 0, "o", "Ada"), HttpStatus.NOT_FOUND);
        problem(sell(BoxOffice.SHOWS + 1, 1, "o", "Ada"), HttpStatus.NOT_FOUND);
        problem(refund(7, BoxOffice.SEATS + 1, "o"), HttpStatus.NOT_FOUND);
        problem(http.get().uri("/shows/0").exchange(), HttpStatus.NOT_FOUND);
        sell(7, BoxOffice.SEATS, "o", "Ada").expectStatus().isCreated();
    }

    @Test
    void anOrderWithoutIdATooLongNameOrAnUnknownConsistencyIsABadRequest() {
        assertThat(problem(sell(8, 1, " ", "Ada"), HttpStatus.BAD_REQUEST).getDetail())
                .contains("orderId");
        assertThat(problem(sell(8, 1, "o", "A".repeat(81)), HttpStatus.BAD_REQUEST)
                        .getDetail())
                .contains("buyer");
        assertThat(problem(http.get().uri("/shows/8?consistency=eventual").exchange(), HttpStatus.BAD_REQUEST)
                        .getDetail())
                .contains("'linearizable' or 'local'");
        sell(8, 1, "o", "A".repeat(80)).expectStatus().isCreated();
    }

    @Test
    void theShowsWithSalesAreListed() {
        sell(900, 1, "o", "Ada").expectStatus().isCreated();

        for (String consistency : new String[] {"linearizable", "local"}) {
            Integer[] shows = http.get()
                    .uri("/shows?consistency=" + consistency)
                    .exchange()
                    .returnResult(Integer[].class)
                    .getResponseBody();
            assertThat(shows).contains(900).doesNotContain(901);
        }
    }

    @Test
    void thePageAndWhatItReadsAreThere() {
        http.get()
                .uri("/")
                .accept(MediaType.TEXT_HTML)
                .exchange()
                .expectStatus()
                .isOk();
        http.get()
                .uri("/actuator/raft")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.nodeId")
                .isEqualTo("alone")
                .jsonPath("$.leaderId")
                .isEqualTo("alone")
                .jsonPath("$.storage.type")
                .isEqualTo("memory");
    }

    private RestTestClient.ResponseSpec sell(int show, int seat, String orderId, String buyer) {
        return http.post()
                .uri("/shows/{show}/seats/{seat}", show, seat)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("orderId", orderId, "buyer", buyer))
                .exchange();
    }

    private RestTestClient.ResponseSpec refund(int show, int seat, String orderId) {
        return http.delete()
                .uri("/shows/{show}/seats/{seat}?orderId={order}", show, seat, orderId)
                .exchange();
    }

    private Show show(int show, String consistency) {
        return http.get()
                .uri("/shows/{show}?consistency={consistency}", show, consistency)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(Show.class)
                .getResponseBody();
    }

    private static ProblemDetail problem(RestTestClient.ResponseSpec response, HttpStatus status) {
        ProblemDetail problem = response.expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .returnResult(ProblemDetail.class)
                .getResponseBody();
        assertThat(problem).isNotNull();
        return problem;
    }
}
