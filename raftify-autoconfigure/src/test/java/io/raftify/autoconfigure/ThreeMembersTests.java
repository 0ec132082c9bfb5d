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
import io.raftify.node.ReadUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
            for (int i = 0; i < 35; i++) {
                members.bean(members.leader(), Inventory.class).add("a", 1);
            }
            assertThat(members.status(members.leader()).snapshotIndex()).isPositive();
            for (String id : members.ids()) {
                members.stop(id);
            }
            members.start();
            for (String id : members.ids()) {
                assertThat(members.bean(id, Inventory.class).available("a")).isEqualTo(35);
            }
            assertThat(members.bean("n1", Inventory.class).add("a", 1)).isEqualTo(36);
        }
    }

    @Test
    void leadershipLeavesBeforeTheContextOfTheLeaderIsGoneAndWritesGoOn() throws Exception {
        String[] patient = {"raftify.election.timeout=5s", "raftify.proposal.timeout=20s"};
        try (Members members = new Members(3, directory, Application.class, patient).start()) {
            String leader = members.leader();
            List<String> others =
                    members.ids().stream().filter(id -> !id.equals(leader)).toList();
            Inventory inventory = members.bean(others.get(0), Inventory.class);
            ExecutorService caller = Executors.newSingleThreadExecutor();
            try {
                inventory.add("a", 1);
                Future<Integer> failed = caller.submit(() -> countFailures(inventory, 200));

                long begin = System.nanoTime();
                members.stop(leader);
                await().atMost(Duration.ofSeconds(10))
                        .until(() ->
                                others.contains(members.status(others.get(0)).leaderId()));

                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .as("an election would have waited for its timeout first")
                        .isLessThan(Duration.ofSeconds(5));
                assertThat(failed.get(30, TimeUnit.SECONDS)).isZero();
                assertThat(inventory.available("a")).isEqualTo(201);
            } finally {
                caller.shutdownNow();
            }
        }
    }

    private static int countFailures(Inventory inventory, int calls) {
        int failures = 0;
        for (int i = 0; i < calls; i++) {
            try {
                inventory.add("a", 1);
            } catch (ProposalRejectedException | OutcomeUnknownException failure) {
                failures++;
            }
        }
        return failures;
    }

    @Test
    void withoutAQuorumCallsEndWithinTheirDeadlineAndLocalQueriesGoOn() {
        String[] impatient = {"raftify.proposal.timeout=800ms", "raftify.read.timeout=800ms"};
        try (Members members = new Members(3, directory, Application.class, impatient).start()) {
            members.bean("n1", Inventory.class).add("a", 1);
            members.stop("n2");
            members.stop("n3");
            Inventory alone = members.bean("n1", Inventory.class);
            long start = System.nanoTime();

            assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(() -> alone.available("a"));
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> alone.add("a", 1))
                    .satisfies(thrown -> assertThat(thrown)
                            .isInstanceOfAny(ProposalRejectedException.class, OutcomeUnknownException.class));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(alone.lastKnown("a")).isEqualTo(1);

            members.start("n2");
            await().atMost(Duration.ofSeconds(20))
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
                    .isBetween(MemberLifecycle.START_WAIT, MemberLifecycle.START_WAIT.plusSeconds(15));
            assertThat(members.status("n1").leaderId()).isNull();
            members.start("n2");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> members.status("n1").caughtUp());
        }
    }

    @Test
    void aMemberThatMissedASnapshotComesBackThroughIt() {
        String[] manySnapshots = {"raftify.snapshot.entries=10"};
        try (Members members = new Members(3, directory, Application.class, manySnapshots).start()) {
            String behind = members.follower();
            members.stop(behind);
            Inventory inventory = members.bean(members.leader(), Inventory.class);
            for (int i = 0; i < 60; i++) {
                inventory.add("item" + i, i + 1);
            }
            long firstIndex = members.status(members.leader()).firstIndex();
            assertThat(firstIndex).as("the log was cut").isGreaterThan(10);

            members.start(behind);

            assertThat(members.bean(behind, Inventory.class).all()).hasSize(60);
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
