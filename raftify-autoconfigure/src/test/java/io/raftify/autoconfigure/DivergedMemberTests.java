package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateDivergence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.util.FileSystemUtils;

/** Members whose beans do not do the same, with real members. */
class DivergedMemberTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void theOddMemberIsFoundWithinAThousandEntriesStopsServingKeepsEvidenceAndComesBackWithAnEmptyDirectory()
            throws IOException {
        try (Members members = new Members(3, directory, App.class).start()) {
            // The worst one: its answers are what callers get, and nothing ends its leadership while nobody calls.
            String odd = members.leader();
            String other = members.follower();
            Purse leaders = members.bean(odd, Purse.class);
            for (int i = 0; i < 1_100; i++) {
                leaders.put(1);
            }
            assertAgreed(members, 1_100);
            assertThat(members.ids())
                    .allSatisfy(id -> assertThat(members.bean(id, Heard.class).divergences)
                            .isEmpty());

            leaders.favour(odd);
            for (int i = 0; i < 1_000; i++) {
                members.bean(other, Purse.class).put(1);
            }

            for (String id : members.ids()) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(members.bean(id, Heard.class).divergences)
                                .anySatisfy(divergence -> {
                                    assertThat(divergence.odd()).containsExactly(odd);
                                    assertThat(divergence.fields()).containsExactly("purse.sum");
                                }));
            }
            assertThat(members.bean(other, MeterRegistry.class)
                            .get("raftify.divergences")
                            .tag("member", odd)
                            .tag("field", "purse.sum")
                            .counter()
                            .count())
                    .isPositive();
            assertThat(health(members, odd)).isNotEqualTo(Status.UP);
            assertThat(health(members, other)).isEqualTo(Status.UP);
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(members.bean(odd, Purse.class)::sumAsKnownHere)
                    .withMessageContaining("purse.sum");
            assertThat(members.bean(other, Purse.class).sum()).isEqualTo(2_100);
            await().atMost(PATIENCE).until(() -> !members.leader().equals(odd));
            try (Stream<Path> evidence = Files.list(directory.resolve(odd).resolve("diverged"))) {
                assertThat(evidence.map(file -> file.getFileName().toString()))
                        .anyMatch(name -> name.endsWith(".txt"))
                        .anyMatch(name -> name.endsWith(".state"));
            }

            members.stop(odd);
            Purse.mended = true;
            FileSystemUtils.deleteRecursively(directory.resolve(odd));
            members.start(odd);
            assertAgreed(members, 2_100);
            assertThat(health(members, odd)).isEqualTo(Status.UP);
        }
    }

    private static void assertAgreed(Members members, int sum) {
        for (String id : members.ids()) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(members.bean(id, Purse.class).sumAsKnownHere())
                                    .isEqualTo(sum));
        }
    }

    private static Status health(Members members, String id) {
        return members.bean(id, RaftHealthIndicator.class).health().getStatus();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Heard.class)
    static class App {

        @Bean
        Purse purse(@Value("${raftify.node-id}") String nodeId) {
            return new Purse(nodeId);
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    static class Heard {

        private final List<StateDivergence> divergences = new CopyOnWriteArrayList<>();

        @EventListener
        void diverged(StateDivergence divergence) {
            divergences.add(divergence);
        }
    }

    static class Purse {

        @ReplicatedState
        private int sum;

        @ReplicatedState
        private String favourite = "";

        /** However large the state is, a thousand entries are enough. */
        @ReplicatedState
        private String ballast = "x".repeat(1 << 20);

        /** In the next version of the application. */
        private static volatile boolean mended;

        private final String nodeId;

        Purse(String nodeId) {
            this.nodeId = nodeId;
        }

        /** Not deterministic: it does on one member what it does on no other. */
        @ReplicatedCommand("purse.favour")
        public void favour(String member) {
            favourite = member;
            if (nodeId.equals(member) && !mended) {
                sum++;
            }
        }

        @ReplicatedCommand("purse.put")
        public void put(int amount) {
            sum += amount;
        }

        @ReplicatedQuery
        public int sum() {
            return sum;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int sumAsKnownHere() {
            return sum;
        }
    }
}
