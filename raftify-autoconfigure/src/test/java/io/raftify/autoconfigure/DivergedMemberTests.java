package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateDivergence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
            // The odd one may have led, so that there is a new leader to be elected first.
            awaitUp(members, other);
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
            members.start(odd);
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .as("what is on disk is still wrong after a restart")
                    .isThrownBy(members.bean(odd, Purse.class)::sumAsKnownHere)
                    .withMessageContaining("purse.sum");
            assertThat(health(members, odd)).isNotEqualTo(Status.UP);

            // The others have in snapshots what was not applied alike, so it is not applied once more.
            long judged = members.bean(other, Heard.class).divergences.get(0).index();
            await().atMost(PATIENCE).until(() -> {
                members.bean(other, Purse.class).put(0);
                return members.ids().stream()
                        .filter(id -> !id.equals(odd))
                        .allMatch(id -> members.status(id).firstIndex() > judged);
            });
            members.stop(odd);
            FileSystemUtils.deleteRecursively(directory.resolve(odd));
            members.start(odd);
            assertAgreed(members, 2_100);
            assertThat(members.status(odd).firstIndex()).isGreaterThan(judged);
            awaitUp(members, odd);
        }
    }

    /** Each member does something else, so no majority says who is right. */
    @Test
    void tenKindsOfWhatIsNotDeterministicAreFoundAndIfNobodyAgreesNobodyServesUntilOneIsChosen() throws IOException {
        try (Members members = new Members(3, directory, KindsApp.class).start()) {
            for (int i = 0; i < 1_000; i++) {
                members.bean(members.ids().get(i % 3), Kinds.class).step(null);
            }

            for (String id : members.ids()) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(members.bean(id, Heard.class).divergences)
                                .anySatisfy(divergence -> {
                                    assertThat(divergence.odd()).containsExactlyInAnyOrder("n1", "n2", "n3");
                                    assertThat(divergence.fields())
                                            .containsExactlyInAnyOrder(
                                                    "kinds.wallClock",
                                                    "kinds.nanoTime",
                                                    "kinds.uuid",
                                                    "kinds.random",
                                                    "kinds.identity",
                                                    "kinds.objectText",
                                                    "kinds.thread",
                                                    "kinds.ofThisJvm",
                                                    "kinds.configuration",
                                                    "kinds.file",
                                                    "kinds.identityOrder");
                                }));
            }
            for (String id : members.ids()) {
                await().atMost(PATIENCE).until(() -> health(members, id) != Status.UP);
                assertThatExceptionOfType(ReadUnavailableException.class)
                        .isThrownBy(members.bean(id, Kinds.class)::stepsAsKnownHere)
                        .withMessageContaining("every majority");
            }
            members.close();

            Files.delete(directory.resolve("n1").resolve("diverged").resolve("not-serving.txt"));
            members.start();

            awaitUp(members, "n1");
            assertThat(members.bean("n1", Kinds.class).stepsAsKnownHere()).isEqualTo(1_000);
            assertThat(members.bean("n2", Kinds.class).step(null)).isEqualTo(1_001);
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(members.bean("n2", Kinds.class)::stepsAsKnownHere);
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

    private static void awaitUp(Members members, String id) {
        await().atMost(PATIENCE).until(() -> health(members, id) == Status.UP);
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

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Heard.class)
    static class KindsApp {

        @Bean
        Kinds kinds(@Value("${raftify.node-id}") String nodeId, @Value("${raftify.data-dir}") String directory) {
            return new Kinds(nodeId, Path.of(directory));
        }
    }

    /** Does in one field for each kind what no two members do alike, and beside it what they all do. */
    static class Kinds {

        private static final AtomicInteger CALLS = new AtomicInteger();

        @ReplicatedState
        private String wallClock = "";

        @ReplicatedState
        private long nanoTime;

        @ReplicatedState
        private String uuid = "";

        @ReplicatedState
        private double random;

        @ReplicatedState
        private int identity;

        @ReplicatedState
        private String objectText = "";

        @ReplicatedState
        private String thread = "";

        @ReplicatedState
        private int ofThisJvm;

        @ReplicatedState
        private String configuration = "";

        @ReplicatedState
        private String file = "";

        @ReplicatedState
        private final List<Integer> identityOrder = new ArrayList<>();

        @ReplicatedState
        private int steps;

        @ReplicatedState
        private Instant logTime = Instant.EPOCH;

        @ReplicatedState
        private String logUuid = "";

        @ReplicatedState
        private double logRandom;

        @ReplicatedState
        private final Map<Integer, Integer> hashed = new HashMap<>();

        private final String nodeId;
        private final Path directory;

        Kinds(String nodeId, Path directory) {
            this.nodeId = nodeId;
            this.directory = directory;
        }

        @ReplicatedCommand("kinds.step")
        public int step(@Nullable CommandContext context) {
            wallClock = Instant.now() + " " + System.nanoTime();
            nanoTime = System.nanoTime();
            uuid = UUID.randomUUID().toString();
            random = Math.random();
            identity = System.identityHashCode(this);
            objectText = new Object().toString();
            thread = Thread.currentThread().getName();
            ofThisJvm = CALLS.incrementAndGet();
            configuration = nodeId;
            file = inode();
            inIdentityOrder();

            logTime = context.time();
            logUuid = context.uuid().toString();
            logRandom = context.random().nextDouble();
            hashed.put(steps, steps);
            return ++steps;
        }

        private String inode() {
            try {
                return String.valueOf(Files.getAttribute(directory, "unix:ino"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void inIdentityOrder() {
            Map<Object, Integer> byIdentity = new IdentityHashMap<>();
            for (int i = 0; i < 20; i++) {
                byIdentity.put(new Object(), i);
            }
            identityOrder.clear();
            identityOrder.addAll(byIdentity.values());
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int stepsAsKnownHere() {
            return steps;
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
