package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of three members has a slow disk and a slow network that loses a fifth: the other two do not wait for it. */
class SlowMemberTest {

    private static final int COMMANDS = 3_000;
    private static final String PAYLOAD = "x".repeat(4_000);

    @TempDir
    Path directory;

    @Test
    void commands_go_on_at_the_majoritys_pace_and_the_slow_one_has_them_all_in_the_end() throws Exception {
        try (TestCluster cluster = TestCluster.of(
                        3,
                        directory,
                        settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT)
                                .snapshotEntries(1_000_000))
                .withStores(UnreliableStore::new)
                .startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.write("begin");
            cluster.awaitAgreement("begin");
            TestCluster.Member slow = cluster.follower();
            ((UnreliableStore) slow.store()).slow(Duration.ofMillis(200));
            slow.transport().delay(leader.name, Duration.ofMillis(100));
            slow.transport().drop(leader.name, 0.2);

            List<CompletableFuture<byte[]>> commands = new ArrayList<>();
            for (int i = 0; i < COMMANDS; i++) {
                commands.add(leader.propose(i + " " + PAYLOAD));
            }
            CompletableFuture<Integer> onTheSlowOne = CompletableFuture.allOf(
                            commands.toArray(CompletableFuture<?>[]::new))
                    .thenApply(acknowledged -> slow.ledger.lines().size());
            assertThat(onTheSlowOne.get(60, TimeUnit.SECONDS))
                    .as("what the slow one had when all was acknowledged")
                    .isLessThan(COMMANDS);
            assertThat(leader.status().leading()).isTrue();

            ((UnreliableStore) slow.store()).heal();
            cluster.heal();
            cluster.awaitAgreement("begin");
            assertThat(slow.ledger.lines().size()).isEqualTo(COMMANDS + 1);
        }
    }
}
