package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leadership that is handed over while commands are on their way. */
@Timeout(180)
class HandOverTest {

    @TempDir
    Path directory;

    /** Whoever has all entries is elected at once, by the vote of one that has none: neither has to wait for the leader's disk. */
    @Test
    void commands_that_only_the_successor_has_on_its_disk_are_waited_for_and_none_ends_unknown() {
        Duration patience = TestCluster.PATIENT_ELECTION_TIMEOUT;
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.electionTimeout(patience))) {
            cluster.withStores(UnreliableStore::new).startAll();
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member behind = cluster.follower();
            TestCluster.Member successor = cluster.running().stream()
                    .filter(member -> member != leader && member != behind)
                    .findFirst()
                    .orElseThrow();
            leader.transport().cut(behind.name);
            behind.transport().cut(leader.name);
            UnreliableStore.Stall stall = ((UnreliableStore) leader.store()).stallNextWrite();
            long before = successor.store().log().getLastLogIndex();
            List<CompletableFuture<byte[]>> written = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                TestCluster.Member caller = i % 2 == 0 ? leader : successor;
                written.add(caller.node.propose(("line-" + i).getBytes(UTF_8), TestCluster.DEADLINE));
            }
            await().alias("the successor has what the leader's own disk has not, and the leader knows")
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> leader.status().peers().stream()
                            .filter(peer -> peer.nodeId().equals(successor.name))
                            .anyMatch(peer -> peer.lastIndex() != null && peer.lastIndex() > before));

            CompletableFuture<Boolean> handedOver =
                    CompletableFuture.supplyAsync(() -> leader.node.handOverLeadership(Duration.ofSeconds(20)));
            // Far longer than an election takes, if nothing waits for the commands.
            assertThat(handedOver).failsWithin(Duration.ofSeconds(2)).withThrowableOfType(TimeoutException.class);
            stall.letGo();

            assertThat(handedOver).succeedsWithin(TestCluster.DEADLINE).isEqualTo(true);
            cluster.heal();
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
            cluster.awaitAgreement("line-0", "line-19");
            assertThat(cluster.leader()).isNotSameAs(leader);
            assertThat(cluster.leader().ledger.lines()).hasSize(21).doesNotHaveDuplicates();
        }
    }
}
