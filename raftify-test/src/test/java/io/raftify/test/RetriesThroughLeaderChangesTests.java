package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.replication.CommandOutcomes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A counter that is not idempotent, called at all members while answers are lost and leaders are cut off, killed, stopped and
 * asked to hand over. Deadlines are shorter than elections, so some outcomes stay unknown; each is resolved at another member.
 * Every value that the counter ever had must then belong to exactly one call. For the full count:
 * {@code -Draftify.test.retries=10000 -Draftify.test.leader-changes=50}; {@code -Draftify.test.seed} plays the same
 * victims, durations and callers again.
 */
@RaftClusterTest(
        classes = RetriesThroughLeaderChangesTests.App.class,
        properties = {"raftify.proposal.timeout=700ms", "raftify.read.timeout=30s", "raftify.snapshot.entries=100"})
class RetriesThroughLeaderChangesTests {

    private static final int RETRIES = Integer.getInteger("raftify.test.retries", 300);
    private static final int LEADER_CHANGES = Integer.getInteger("raftify.test.leader-changes", 4);
    private static final long SEED =
            Long.getLong("raftify.test.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    private static final int CALLERS = 8;

    /** Of one unknown outcome: no cluster is without a leader for so long. */
    private static final Duration LONGEST_RESOLVING = Duration.ofMinutes(2);

    private static final LosesAnswers HALF_OF_THEM =
            new LosesAnswers(() -> ThreadLocalRandom.current().nextBoolean());

    private final Set<Integer> values = ConcurrentHashMap.newKeySet();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger rejected = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final AtomicInteger resolvedAsApplied = new AtomicInteger();
    private final AtomicInteger resolvedAsNever = new AtomicInteger();
    private final AtomicInteger changes = new AtomicInteger();

    RaftCluster cluster;

    @Test
    void aCounterIsRightHoweverManyAnswersAreLostAndLeadersChange() throws Exception {
        System.out.println("seed " + SEED);
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<CompletableFuture<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            Random random = new Random(SEED + 1 + caller);
            callers.add(CompletableFuture.runAsync(() -> call(random), threads));
        }
        changeLeaders(new Random(SEED), callers);
        for (CompletableFuture<?> each : callers) {
            each.get();
        }
        threads.shutdown();

        cluster.awaitLeader();
        cluster.awaitAgreement();
        int counted = acknowledged.get() + resolvedAsApplied.get();
        System.out.println("seed " + SEED + ": counted " + counted + " through " + HALF_OF_THEM.lost
                + " lost answers and " + changes + " leader changes; acknowledged " + acknowledged + ", rejected "
                + rejected + ", unknown " + unknown + ", of which applied " + resolvedAsApplied + " and never "
                + resolvedAsNever);
        for (RaftClusterNode node : cluster.nodes()) {
            assertThat(node.bean(Counter.class).value()).as("on %s", node).isEqualTo(counted);
            assertThat(node.bean(Counter.class).localValue()).as("on %s", node).isEqualTo(counted);
            assertThat(node.status().snapshotIndex()).as("snapshot of %s", node).isPositive();
        }
        // Every value it ever had was somebody's, and nobody else's.
        assertThat(values)
                .hasSize(counted)
                .containsAll(IntStream.rangeClosed(1, counted).boxed().toList());
        assertThat(unknown).hasPositiveValue();
        assertThat(resolvedAsApplied).hasPositiveValue();
        assertThat(resolvedAsApplied.get() + resolvedAsNever.get()).isEqualTo(unknown.get());
        assertThat(HALF_OF_THEM.lost).hasValueGreaterThanOrEqualTo(RETRIES);
        assertThat(changes).hasValueGreaterThanOrEqualTo(LEADER_CHANGES);
    }

    /** A few leader changes may pass without a call whose outcome is unknown; then there are more of them. */
    private boolean enough() {
        return HALF_OF_THEM.lost.get() >= RETRIES
                && changes.get() >= LEADER_CHANGES
                && (resolvedAsApplied.get() > 0 || changes.get() >= 10 * LEADER_CHANGES);
    }

    private void call(Random random) {
        while (!enough()) {
            RaftClusterNode node = cluster.nodes().get(random.nextInt(3));
            Counter counter = find(node, Counter.class);
            if (counter == null) {
                pause();
                continue;
            }
            try {
                counted(counter.increment());
                acknowledged.incrementAndGet();
            } catch (ProposalRejectedException notApplied) {
                rejected.incrementAndGet();
                pause();
            } catch (OutcomeUnknownException notKnown) {
                unknown.incrementAndGet();
                assertThat(notKnown.commandId()).isNotNull();
                resolveElsewhere(node, String.valueOf(notKnown.commandId()));
            }
        }
    }

    private void resolveElsewhere(RaftClusterNode calledAt, String commandId) {
        long end = System.nanoTime() + LONGEST_RESOLVING.toNanos();
        for (int turn = 0; System.nanoTime() < end; turn++) {
            RaftClusterNode node = cluster.nodes().get(turn % 3);
            CommandOutcomes outcomes = node == calledAt ? null : find(node, CommandOutcomes.class);
            if (outcomes == null) {
                pause();
                continue;
            }
            try {
                counted((Integer) outcomes.resolve(commandId));
                resolvedAsApplied.incrementAndGet();
                return;
            } catch (ProposalRejectedException notApplied) {
                resolvedAsNever.incrementAndGet();
                return;
            } catch (OutcomeUnknownException notNow) {
                assertThat(notNow).hasMessageContaining("ask again later");
            } catch (Exception unexpected) {
                throw new AssertionError(unexpected);
            }
        }
        throw new AssertionError("What became of " + commandId + " could not be found out");
    }

    private void counted(@Nullable Integer value) {
        assertThat(values.add(value)).as("value %s is new", value).isTrue();
    }

    /** The node's bean; null if it does not run, or is just about to stop. */
    private static <T> @Nullable T find(RaftClusterNode node, Class<T> type) {
        try {
            return node.running() ? node.bean(type) : null;
        } catch (IllegalStateException stopping) {
            return null;
        }
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }

    private void changeLeaders(Random random, List<CompletableFuture<?>> callers) {
        int first = random.nextInt(4);
        while (!enough() && callers.stream().noneMatch(CompletableFuture::isDone)) {
            RaftClusterNode leader = cluster.awaitLeader();
            switch ((first + changes.get()) % 4) {
                case 0 -> {
                    cluster.cut(leader);
                    cluster.leader();
                    LockSupport.parkNanos(
                            Duration.ofMillis(random.nextInt(1_000)).toNanos());
                    cluster.heal();
                }
                case 1 -> {
                    cluster.kill(leader);
                    cluster.leader();
                    cluster.restart(leader);
                }
                case 2 -> {
                    if (!leader.bean(RaftNode.class).handOverLeadership(Duration.ofSeconds(10))) {
                        continue;
                    }
                }
                default -> {
                    cluster.stop(leader);
                    cluster.leader();
                    cluster.restart(leader);
                }
            }
            changes.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Counter.class)
    static class App {

        @Bean
        static LosesAnswers losesAnswers() {
            return HALF_OF_THEM;
        }
    }

    static class Counter {

        @ReplicatedState
        private int value;

        @ReplicatedCommand("counter.increment")
        public int increment() {
            return ++value;
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int localValue() {
            return value;
        }
    }
}
