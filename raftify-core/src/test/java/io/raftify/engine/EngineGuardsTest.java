package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was found in the engine, and the guards in front of it. Each scenario runs twice: with the guard, and without
 * it, so that it is seen to bite.
 */
@Timeout(300)
class EngineGuardsTest {

    /** Long enough for what a disk stalls by itself; the engine's timeouts for calls are the same as at one second. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(2);

    private static final int ATTEMPTS = 5;

    @TempDir
    Path directory;

    private interface Scenario<T> {
        T play(TestCluster cluster) throws Exception;
    }

    /**
     * Plays a scenario again, on new disks, when a leader was elected meanwhile: that a disk stalled for a second is
     * not what it is about, and says nothing about the guard.
     */
    private <T> T undisturbed(UnaryOperator<TestCluster> parts, Scenario<T> scenario) throws Exception {
        for (int attempt = 1; ; attempt++) {
            Path disks = directory.resolve("attempt-" + attempt);
            try (TestCluster cluster =
                    parts.apply(TestCluster.of(3, disks, settings -> settings.electionTimeout(ELECTION_TIMEOUT)))) {
                long term = oneOfThreeAway(cluster).status().term();
                T outcome = scenario.play(cluster);
                boolean sameTerm = cluster.running().stream()
                        .allMatch(member -> member.status().term() == term);
                if (sameTerm || attempt == ATTEMPTS) {
                    return outcome;
                }
            }
        }
    }

    /** The leader; one follower is left, and every acknowledgement needs it. */
    private static TestCluster.Member oneOfThreeAway(TestCluster cluster) {
        cluster.withStores(UnreliableStore::new).startAll();
        cluster.leader().write("first");
        cluster.awaitAgreement("first");
        cluster.stop(cluster.follower().name);
        return cluster.leader();
    }

    /**
     * One of three members is away; the follower's disk stalls, the connection to it is reset, and the disk goes on.
     * How many of the writes of the next seconds are done?
     */
    private int writesDoneAfterAReconnectWithLateAnswers(TestCluster cluster, Runnable connectionClosed)
            throws Exception {
        TestCluster.Member leader = cluster.leader();
        TestCluster.Member follower = cluster.follower();
        UnreliableStore.Stall stall = ((UnreliableStore) follower.store()).stallNextWrite();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 5; i++) {
            count(leader.propose("stalled-" + i), done);
        }
        stall.awaitReached();
        Thread.sleep(1_000); // the scenario's own clock: the reset must come while the write stalls
        leader.transport().breakStream(follower.name);
        connectionClosed.run();
        Thread.sleep(2_000); // and the answers must be late
        stall.letGo();
        // Fewer than the engine's limit of appends in flight: beyond that its processor gives up and starts anew.
        for (int i = 0; i < 10; i++) {
            count(leader.propose("after-" + i), done);
            Thread.sleep(200); // one write, one append
        }
        try {
            await().atMost(Duration.ofSeconds(5)).until(() -> done.get() >= 10);
        } catch (ConditionTimeoutException stuck) {
            // Counted below.
        }
        return done.get();
    }

    private static void count(CompletableFuture<byte[]> write, AtomicInteger done) {
        write.thenRun(done::incrementAndGet);
    }

    @Test
    void g1_late_answers_of_an_old_connection_do_not_stop_writes() throws Exception {
        int done = undisturbed(
                UnaryOperator.identity(), cluster -> writesDoneAfterAReconnectWithLateAnswers(cluster, () -> {}));
        assertThat(done).isGreaterThanOrEqualTo(10);
    }

    @Test
    void g1_without_the_guard_the_engines_own_processor_stops_writes() throws Exception {
        EngineProcessor unguarded = new EngineProcessor();
        int done = undisturbed(
                cluster -> cluster.withAppends(unguarded),
                cluster -> writesDoneAfterAReconnectWithLateAnswers(cluster, unguarded::connectionClosed));
        assertThat(done).isLessThan(10);
    }

    /**
     * One of three members is away; the follower's write stalls, the leader sends it again, then the write fails. Is
     * the command acknowledged although only the leader has it?
     */
    private static boolean acknowledgedThoughTheFollowersWriteFailed(TestCluster cluster, AtomicInteger entriesReceived)
            throws Exception {
        TestCluster.Member leader = cluster.leader();
        TestCluster.Member follower = cluster.follower();
        UnreliableStore.Stall stall = ((UnreliableStore) follower.store()).stallNextWrite();
        CompletableFuture<byte[]> write = leader.propose("never on the follower's disk");
        stall.awaitReached();
        int received = entriesReceived.get();
        leader.transport().breakStream(follower.name);
        await().alias("the leader sends the entry again")
                .atMost(TestCluster.DEADLINE)
                .until(() -> entriesReceived.get() > received);
        Thread.sleep(500); // the scenario's own clock: for the engine to answer it while the write stalls
        stall.fail();
        try {
            write.get(20, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException notAcknowledged) {
            return false;
        }
    }

    @Test
    void g2_a_command_whose_write_failed_on_the_follower_is_not_acknowledged() throws Exception {
        AtomicInteger entriesReceived = new AtomicInteger();
        boolean acknowledged = undisturbed(
                cluster -> cluster.withAppends(counting(entriesReceived)),
                cluster -> acknowledgedThoughTheFollowersWriteFailed(cluster, entriesReceived));
        assertThat(acknowledged).isFalse();
    }

    @Test
    void g2_without_the_guard_the_engine_acknowledges_what_only_the_leader_has() throws Exception {
        Supplier<Participation> unguarded = () -> new Participation() {
            @Override
            String refusal() {
                return null;
            }
        };
        AtomicInteger entriesReceived = new AtomicInteger();
        boolean acknowledged = undisturbed(
                cluster -> cluster.withParticipations(unguarded).withAppends(counting(entriesReceived)),
                cluster -> acknowledgedThoughTheFollowersWriteFailed(cluster, entriesReceived));
        assertThat(acknowledged).isTrue();
    }

    /** Appends as usual; counts the requests that carry entries. */
    private static MemberParts.AppendHandler counting(AtomicInteger entriesReceived) {
        MemberParts.AppendHandler usual = MemberParts.standard().appends();
        return (node, request, done) -> {
            if (request.getEntriesCount() > 0) {
                entriesReceived.incrementAndGet();
            }
            return usual.handle(node, request, done);
        };
    }

    @Test
    void g3_a_member_that_cannot_store_term_and_vote_says_nothing_more_and_the_others_go_on() {
        // The member that fails must be the leader still when it is cut off.
        try (TestCluster cluster = TestCluster.of(
                3, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))) {
            cluster.withStores(UnreliableStore::new).startAll();
            cluster.leader().write("before");
            cluster.awaitAgreement("before");
            TestCluster.Member failing = cluster.leader();

            // The next leader's election raises the term, which the old leader must store, and cannot.
            ((UnreliableStore) failing.store()).failMeta();
            cluster.cut(failing.name);
            cluster.leaderOtherThan(failing);
            cluster.heal();

            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(failing.status().role()).isEqualTo(Role.FAILED));
            assertThat(cluster.leaderOtherThan(failing).write("after")).isEqualTo(2);
            assertThat(failing.ledger.lines()).as("it takes no more part").containsExactly("before");
        }
    }
}
