package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leadership that is handed over while commands are on their way. */
@Timeout(180)
class HandOverTest {

    @TempDir
    Path directory;

    @Test
    void commands_that_wait_for_slow_disks_are_waited_for_and_none_ends_unknown() {
        Duration patience = TestCluster.PATIENT_ELECTION_TIMEOUT;
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.electionTimeout(patience))) {
            cluster.withStores(UnreliableStore::new).startAll();
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            for (int round = 0; round < 4; round++) {
                TestCluster.Member leader = cluster.leader();
                TestCluster.Member slow = cluster.follower();
                ((UnreliableStore) leader.store()).slow(Duration.ofMillis(800));
                ((UnreliableStore) slow.store()).slow(Duration.ofMillis(800));
                List<CompletableFuture<byte[]>> written = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    TestCluster.Member caller = i % 2 == 0 ? leader : slow;
                    written.add(
                            caller.node.propose(("round-" + round + "-" + i).getBytes(UTF_8), TestCluster.DEADLINE));
                }

                long before = leader.store().log().getLastLogIndex();
                TestCluster.Member quick = cluster.running().stream()
                        .filter(member -> member != leader && member != slow)
                        .findFirst()
                        .orElseThrow();
                await().alias("one follower has what the leader's own disk has not")
                        .atMost(TestCluster.DEADLINE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> quick.store().log().getLastLogIndex() > before);

                boolean handedOver = leader.node.handOverLeadership(Duration.ofSeconds(20));

                cluster.running().forEach(member -> ((UnreliableStore) member.store()).heal());
                CompletableFuture.allOf(written.toArray(CompletableFuture[]::new))
                        .join();
                assertThat(handedOver).isTrue();
                cluster.awaitAgreement("round-" + round + "-0", "round-" + round + "-19");
            }
            assertThat(cluster.leader().ledger.lines()).hasSize(81).doesNotHaveDuplicates();
        }
    }
}
