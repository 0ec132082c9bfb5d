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

/** A rolling upgrade to a build with a new command, and back, with the packaged sample as real processes. */
@Tag("chaos")
class UpgradeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger orders = new AtomicInteger();

    @Test
    void aNewCommandIsHeldBackUntilAllMembersKnowItAndRollingBackWorksUntilItWasUsed() throws Exception {
        Options options =
                Options.parse("upgrade", new String[] {"upgrade", "--jvm-options", "-Xmx512m -XX:TieredStopAtLevel=1"});
        try (SampleCluster cluster = new SampleCluster(options)) {
            Path next = NextBuild.of(options.jar(), options.work().getParent());
            MemberProcess n1 = cluster.members().get(0);
            MemberProcess n2 = cluster.members().get(1);
            MemberProcess n3 = cluster.members().get(2);
            cluster.startAll();
            cluster.awaitReady(PATIENCE);
            sellEverywhere(cluster);

            restart(cluster, n1, next);
            assertThat(join(n1)).satisfies(refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("waitlist.join", "n2", "n3");
            });
            sellEverywhere(cluster);
            restart(cluster, n2, next);
            assertThat(join(n2)).satisfies(refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("waitlist.join", "n3").doesNotContain("n1");
            });

            restart(cluster, n1, options.jar());
            sellEverywhere(cluster);
            restart(cluster, n1, next);
            restart(cluster, n3, next);
            SampleCluster.await("the new command is let in", PATIENCE, () -> join(n2).statusCode() == 200);
            assertThat(waiting(n1)).isEqualTo(waiting(n3)).hasSize(1);

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
        }
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

    private void sell(MemberProcess member) {
        int order = orders.incrementAndGet();
        assertThat(member.client().sell(new Seat(1, order), "order-" + order, "buyer"))
                .isInstanceOf(Answer.Sold.class);
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
