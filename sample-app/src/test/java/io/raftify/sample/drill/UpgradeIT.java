package io.raftify.sample.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A rolling upgrade of the packaged sample as real processes, and back. The next build has a new command with a new bean, a
 * command with another argument, a new field, and one of another name; snapshots are taken all the time.
 */
@Tag("chaos")
class UpgradeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger orders = new AtomicInteger();

    @Test
    void whatIsNewIsHeldBackUntilAllMembersKnowItAndRollingBackWorksUntilItWasUsed() throws Exception {
        Options options = Options.parse("upgrade", new String[] {
            "upgrade", "--jvm-options", "-Xmx512m -XX:TieredStopAtLevel=1 -Draftify.snapshot.entries=25"
        });
        try (SampleCluster cluster = new SampleCluster(options)) {
            Path next = NextBuild.of(options.jar(), options.work().getParent());
            MemberProcess n1 = cluster.members().get(0);
            MemberProcess n2 = cluster.members().get(1);
            MemberProcess n3 = cluster.members().get(2);
            cluster.startAll();
            cluster.awaitReady(PATIENCE);
            sellEverywhere(cluster);
            sellAndRefund(n1, 30);
            assertEqualStates(cluster);

            restart(cluster, n1, next);
            assertThat(join(n1)).satisfies(refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("waitlist.join", "n2", "n3");
            });
            assertThat(refund(n1, 1)).satisfies(refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("box-office.refund", "version 2", "n2, n3");
            });
            sellEverywhere(cluster);
            // Of the former version, and applied by the next build as well.
            sellAndRefund(n2, 30);
            assertEqualStates(cluster);
            restart(cluster, n2, next);
            assertThat(join(n2)).satisfies(refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("waitlist.join", "n3").doesNotContain("n1");
            });

            restart(cluster, n1, options.jar());
            sellEverywhere(cluster);
            sellAndRefund(n3, 30);
            restart(cluster, n2, options.jar());
            sellAndRefund(n2, 5);
            assertEqualStates(cluster);
            assertThat(snapshotIndex(n1)).isPositive();

            restart(cluster, n1, next);
            restart(cluster, n2, next);
            sellAndRefund(n3, 30);
            restart(cluster, n3, next);
            SampleCluster.await("the new command is let in", PATIENCE, () -> join(n2).statusCode() == 200);
            assertThat(waiting(n1)).isEqualTo(waiting(n3)).hasSize(1);
            assertThat(refundsByReason(n2))
                    .as("those of the former version had no reason")
                    .isEmpty();
            assertThat(refund(n1, sell(n2)).statusCode()).isEqualTo(204);
            assertEqualStates(cluster);
            assertThat(refundsByReason(n3).path("none given").intValue()).isEqualTo(1);

            n2.stop();
            n2.run(options.jar());
            n2.start();
            SampleCluster.await("the former build stands still and says for what it waits", PATIENCE, () -> {
                JsonNode status = SampleCluster.status(n2);
                return status != null
                        && status.path("parked").asString("").contains("waitlist.join")
                        && !n2.client().ready();
            });
            assertThat(join(n1).statusCode()).isEqualTo(200);
            sell(n1);

            restart(cluster, n2, next);
            assertThat(waiting(n2)).isEqualTo(waiting(n1)).hasSize(2);
            sellEverywhere(cluster);
            assertEqualStates(cluster);
            assertThat(refundsByReason(n1)).isEqualTo(refundsByReason(n2)).isEqualTo(refundsByReason(n3));
            assertNoDivergence(cluster);
        }
    }

    /** After two more points at which members compare digests of their states: the first has been compared by the second. */
    private void assertNoDivergence(SampleCluster cluster) throws IOException {
        for (int i = 0; i < 2_000; i++) {
            assertThat(refund(cluster.members().get(i % 3), Seat.PER_SHOW).statusCode())
                    .as("nobody has it, so nothing changes")
                    .isEqualTo(204);
        }
        for (MemberProcess member : cluster.members()) {
            assertThat(member.log())
                    .content()
                    .doesNotContain("not deterministic")
                    .doesNotContain("stops serving");
            assertThat(member.client().ready()).as(member.id()).isTrue();
        }
    }

    /** As far as each of them knows, which is soon the same; of builds that print it alike. */
    private static void assertEqualStates(SampleCluster cluster) {
        SampleCluster.await(
                "every member has the same",
                PATIENCE,
                () -> cluster.members().stream()
                                .map(member -> member.client().get("/shows/1?consistency=local"))
                                .distinct()
                                .count()
                        == 1);
        assertThat(cluster.members()
                        .get(0)
                        .client()
                        .get("/shows/1")
                        .path("sold")
                        .size())
                .as("that something was sold")
                .isGreaterThan(2);
    }

    private static long snapshotIndex(MemberProcess member) {
        return member.client().get("/actuator/raft").path("snapshotIndex").longValue();
    }

    /** Every second one comes back. */
    private void sellAndRefund(MemberProcess member, int pairs) {
        for (int i = 0; i < pairs; i++) {
            int order = sell(member);
            if (order % 2 == 0) {
                assertThat(refund(member, order).statusCode()).isEqualTo(204);
            }
        }
    }

    private HttpResponse<String> refund(MemberProcess member, int order) {
        return send(request(member, "/shows/1/seats/" + order + "?orderId=order-" + order)
                .DELETE()
                .build());
    }

    private static JsonNode refundsByReason(MemberProcess member) {
        return member.client().get("/shows/refunds");
    }

    private static void restart(SampleCluster cluster, MemberProcess member, Path jar) {
        member.stop();
        member.run(jar);
        member.start();
        cluster.awaitReady(PATIENCE);
    }

    private void sellEverywhere(SampleCluster cluster) {
        cluster.members().forEach(this::sell);
    }

    /** @return the order, and the seat */
    private int sell(MemberProcess member) {
        int order = orders.incrementAndGet();
        assertThat(member.client().sell(new Seat(1, order), "order-" + order, "buyer"))
                .isInstanceOf(Answer.Sold.class);
        return order;
    }

    private HttpResponse<String> join(MemberProcess member) {
        return send(request(member, "/waitlist/1?buyer=ann")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private static JsonNode waiting(MemberProcess member) {
        return member.client().get("/waitlist/1");
    }

    private static HttpRequest.Builder request(MemberProcess member, String path) {
        return HttpRequest.newBuilder(URI.create(member.client().base() + path)).timeout(Duration.ofSeconds(15));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
