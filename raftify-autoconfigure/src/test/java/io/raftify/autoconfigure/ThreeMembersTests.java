package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.ReadUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** The way of a call through three real members. */
class ThreeMembersTests {

    @TempDir
    Path directory;

    @Test
    void aCommandOnAnyMemberIsSeenOnEveryOther() {
        try (Members members = new Members(3, directory, Application.class).start()) {
            int sum = 0;
            for (String writer : members.ids()) {
                sum += 2;
                assertThat(members.bean(writer, Inventory.class).add("a", 2)).isEqualTo(sum);
                for (String reader : members.ids()) {
                    assertThat(members.bean(reader, Inventory.class).available("a"))
                            .as("written on %s, read on %s", writer, reader)
                            .isEqualTo(sum);
                }
            }
        }
    }

    @Test
    void aBusinessExceptionComesBackFromTheLeaderToACallerOnAFollower() {
        try (Members members = new Members(3, directory, Application.class).start()) {
            Inventory onFollower = members.bean(members.follower(), Inventory.class);

            assertThatExceptionOfType(SoldOutException.class)
                    .isThrownBy(() -> onFollower.reserve("a", 1))
                    .withMessage("no a left");
            onFollower.add("a", 1);
            assertThat(onFollower.reserve("a", 1)).isZero();
        }
    }

    @Test
    void stateSurvivesARestartOfEveryMember() {
        String[] manySnapshots = {"raftify.snapshot.entries=10"};
        try (Members members = new Members(3, directory, Application.class, manySnapshots).start()) {
            Inventory inventory = members.bean(members.leader(), Inventory.class);
            for (int i = 0; i < 35; i++) {
                inventory.add("a", 1);
            }
            // Each member applies and writes its snapshots on its own time, and asks for one only when it has applied.
            int sum = await().alias("every member has a snapshot")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> inventory.add("a", 1),
                            added -> members.ids().stream()
                                    .allMatch(id -> members.status(id).snapshotIndex() > 0));
            for (String id : members.ids()) {
                members.stop(id);
            }
            members.start();
            for (String id : members.ids()) {
                assertThat(members.bean(id, Inventory.class).available("a")).isEqualTo(sum);
            }
            assertThat(members.bean("n1", Inventory.class).add("a", 1)).isEqualTo(sum + 1);
        }
    }

    @Test
    void leadershipLeavesBeforeTheContextOfTheLeaderIsGoneAndWritesGoOn() throws Exception {
        Duration electionTimeout = Duration.ofSeconds(7);
        try (Members members = new Members(
                        3,
                        directory,
                        Application.class,
                        "raftify.election.timeout=" + electionTimeout.toSeconds() + "s")
                .start()) {
            String leader = members.leader();
            List<String> others =
                    members.ids().stream().filter(id -> !id.equals(leader)).toList();
            Inventory inventory = members.bean(others.get(0), Inventory.class);
            // Noted when it happens: closing the context goes on after that, as long as the disk likes.
            CompletableFuture<Long> moved = new CompletableFuture<>();
            members.bean(others.get(0), RaftNode.class).addListener(new RaftNodeListener() {
                @Override
                public void leaderChanged(long term, @Nullable String leaderId) {
                    if (others.contains(leaderId)) {
                        moved.complete(System.nanoTime());
                    }
                }
            });
            ExecutorService caller = Executors.newSingleThreadExecutor();
            try {
                inventory.add("a", 1);
                Future<List<String>> failed = caller.submit(() -> failures(inventory, 200));

                long begin = System.nanoTime();
                members.stop(leader);

                assertThat(Duration.ofNanos(moved.get(30, TimeUnit.SECONDS) - begin))
                        .as("an election would have waited for its timeout first")
                        .isLessThan(electionTimeout);
                assertThat(failed.get(60, TimeUnit.SECONDS)).isEmpty();
                assertThat(inventory.available("a")).isEqualTo(201);
            } finally {
                caller.shutdownNow();
            }
        }
    }

    private static List<String> failures(Inventory inventory, int calls) {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            try {
                inventory.add("a", 1);
            } catch (ProposalRejectedException | OutcomeUnknownException failure) {
                failures.add(failure.toString());
            }
        }
        return failures;
    }

    @Test
    void withoutAQuorumCallsEndWithinTheirDeadlineAndLocalQueriesGoOn() {
        try (Members members = new Members(3, directory, Application.class)) {
            members.with("n1", List.of("raftify.proposal.timeout=800ms", "raftify.read.timeout=800ms"));
            members.start();
            Inventory alone = members.bean("n1", Inventory.class);
            // Through a member with more patience, since this call must succeed; and n1 must have applied it before
            // the others are gone, since a local query says what n1 has applied.
            members.bean("n2", Inventory.class).add("a", 1);
            await().atMost(Duration.ofSeconds(30))
                    .ignoreException(ReadUnavailableException.class)
                    .until(() -> alone.available("a") == 1);
            members.stop("n2");
            members.stop("n3");
            long start = System.nanoTime();

            assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(() -> alone.available("a"));
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> alone.add("a", 1))
                    .satisfies(thrown -> assertThat(thrown)
                            .isInstanceOfAny(ProposalRejectedException.class, OutcomeUnknownException.class));

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("with the default deadlines it would be ten seconds")
                    .isLessThan(Duration.ofSeconds(8));
            assertThat(alone.lastKnown("a")).isEqualTo(1);

            members.start("n2");
            await().atMost(Duration.ofSeconds(30))
                    .ignoreException(ReadUnavailableException.class)
                    .until(() -> alone.available("a") >= 1);
        }
    }

    @Test
    void aMemberThatStartsAloneFinishesStartingWithoutAQuorum() {
        try (Members members = new Members(3, directory, Application.class)) {
            long start = System.nanoTime();

            members.start("n1");

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(MemberLifecycle.START_WAIT, MemberLifecycle.START_WAIT.plusSeconds(30));
            assertThat(members.status("n1").leaderId()).isNull();
            members.start("n2");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> members.status("n1").caughtUp());
        }
    }

    @Test
    void aMemberThatMissedASnapshotComesBackThroughIt() {
        String[] manySnapshots = {"raftify.snapshot.entries=10"};
        try (Members members = new Members(3, directory, Application.class, manySnapshots).start()) {
            String behind = members.follower();
            // Beyond what it may still be sent before it has stopped.
            long missed = members.status(behind).lastIndex() + 10;
            members.stop(behind);
            Inventory inventory = members.bean(members.leader(), Inventory.class);
            for (int i = 0; i < 60; i++) {
                inventory.add("item" + i, i + 1);
            }
            // Snapshots are written beside the calls, one is asked for only when something is applied, and the log is
            // cut up to the one before. Whoever leads in the end must not have the entry any more.
            await().alias("the log was cut on both")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> inventory.add("filler", 1),
                            added -> members.ids().stream()
                                    .allMatch(id -> members.status(id).firstIndex() > missed));

            members.start(behind);

            assertThat(members.bean(behind, Inventory.class).all()).hasSize(61).containsEntry("item59", 60);
            assertThat(members.status(behind).snapshotIndex()).isPositive();
        }
    }

    @Test
    void aClosedContextLeavesNothingBehind() {
        try (Members members = new Members(1, directory, Application.class).start()) {
            RaftNode node = members.bean("n1", RaftNode.class);
            members.bean("n1", Inventory.class).add("a", 1);

            members.stop("n1");
            members.start("n1");

            assertThat(members.bean("n1", RaftNode.class)).isNotSameAs(node);
            assertThat(members.bean("n1", Inventory.class).available("a")).isEqualTo(1);
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Inventory.class)
    static class Application {}

    static class Inventory {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        private final List<String> reserved = new ArrayList<>();

        @ReplicatedCommand("inventory.add")
        public int add(String sku, int quantity) {
            return stock.merge(sku, quantity, Integer::sum);
        }

        @ReplicatedCommand("inventory.reserve")
        public int reserve(String sku, int quantity) {
            if (stock.getOrDefault(sku, 0) < quantity) {
                throw new SoldOutException("no " + sku + " left");
            }
            reserved.add(sku);
            return stock.merge(sku, -quantity, Integer::sum);
        }

        @ReplicatedQuery
        public int available(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedQuery
        public Map<String, Integer> all() {
            return Map.copyOf(stock);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int lastKnown(String sku) {
            return stock.getOrDefault(sku, 0);
        }
    }

    static class SoldOutException extends RuntimeException {
        SoldOutException(String message) {
            super(message);
        }
    }
}
