package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StorageType;
import io.raftify.node.StoredSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a leader that steps down knows and tells, and what listeners and failures may not hold up. */
@Timeout(120)
class FormerLeaderTest {

    private static final String NEW = "new";

    @TempDir
    Path directory;

    @Test
    void one_that_is_cut_off_tells_its_listeners_that_no_leader_is_known() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member former = cluster.leader();
            former.write("a");
            CountDownLatch noneIsKnown = new CountDownLatch(1);
            former.node.addListener(new RaftNodeListener() {
                @Override
                public void leaderChanged(long term, @Nullable String leaderId) {
                    if (leaderId == null) {
                        noneIsKnown.countDown();
                    }
                }
            });

            cluster.cut(former.name);

            assertThat(noneIsKnown.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** It alone has an entry that it does not know, as it led when it parked; the other one lags. */
    @Test
    void one_that_is_parked_leads_again_if_only_it_can_be_elected() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member old = cluster.leader();
            old.write("a");
            cluster.awaitAgreement("a");
            TestCluster.Member lagging = cluster.running().get(cluster.running().get(0) == old ? 1 : 0);
            TestCluster.Member dying = cluster.running().stream()
                    .filter(member -> member != old && member != lagging)
                    .findFirst()
                    .orElseThrow();
            cluster.cut(lagging.name);
            old.ledger.doesNotKnow(NEW);
            old.node.addListener(new RaftNodeListener() {
                @Override
                public void parked(String reason) {
                    cluster.cut(dying.name);
                }
            });
            var unused = old.propose(NEW);
            await().atMost(TestCluster.DEADLINE).until(() -> old.status().parked() != null);
            cluster.stop(dying.name);
            await().atMost(TestCluster.DEADLINE).until(() -> !old.status().leading());

            cluster.heal();

            await().atMost(TestCluster.DEADLINE)
                    .until(() -> lagging.ledger.lines().contains(NEW));
            assertThat(lagging.status().failure()).isNull();
        }
    }

    @Test
    void a_listener_that_blocks_or_asks_the_member_for_its_status_holds_up_no_election() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            CountDownLatch until = new CountDownLatch(1);
            AtomicInteger told = new AtomicInteger();
            for (TestCluster.Member member : cluster.running()) {
                member.node.addListener(new RaftNodeListener() {
                    @Override
                    public void electionStarted(long term) {
                        await().atMost(TestCluster.DEADLINE).until(() -> until.getCount() == 0);
                        assertThat(member.status().term()).isGreaterThanOrEqualTo(term);
                        told.incrementAndGet();
                    }
                });
            }
            TestCluster.Member former = cluster.leader();
            cluster.cut(former.name);
            TestCluster.Member next = cluster.leaderOtherThan(former);
            next.write("elected and applied");
            assertThat(told).hasValue(0);

            until.countDown();

            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(told).hasPositiveValue());
        }
    }

    @Test
    void a_member_that_failed_with_a_percent_sign_in_the_reason_is_filled_again_after_a_restart() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member failing = cluster.follower();
            failing.ledger.failsAt("it is 100% broken");
            leader.write("it is 100% broken");
            await().atMost(TestCluster.DEADLINE).until(() -> failing.status().failure() != null);
            // So that the leader is refused with it.
            leader.write("more");
            cluster.stop(failing.name);

            cluster.start(failing.name);

            cluster.awaitAgreement("more");
            assertThat(cluster.leader()).isSameAs(leader);
        }
    }

    /** How much of the code is compiled differs from member to member, and with it how many calls fit into a usual stack. */
    @Test
    void a_command_may_recurse_a_hundred_thousand_calls_deep() throws Exception {
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("test")
                .peers(Map.of(
                        "n1", new PeerAddress("127.0.0.1", FreePorts.find(1).get(0))))
                .storageType(StorageType.MEMORY)
                .build();
        try (RaftNode node = RaftNode.create(settings, new Recursing())) {
            node.start();
            assertThat(node.propose(new byte[1], Duration.ofSeconds(20)).get()).hasSize(1);
            assertThat(node.propose(new byte[1], Duration.ofSeconds(Long.MAX_VALUE))
                            .get())
                    .as("a deadline longer than any clock can count")
                    .hasSize(1);
        }
    }

    private static final class Recursing implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return new byte[depth(100_000) == 100_000 ? 1 : 0];
        }

        private static int depth(int left) {
            return left == 0 ? 0 : 1 + depth(left - 1);
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(StoredSnapshot snapshot) {
            // Nothing is kept.
        }
    }
}
