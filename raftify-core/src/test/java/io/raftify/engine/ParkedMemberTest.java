package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One of three members runs a build of the application that does not know an entry of the log. */
@Timeout(180)
class ParkedMemberTest {

    private static final String NEW = "new";

    @TempDir
    Path directory;

    @Test
    void it_stops_exactly_before_the_entry_keeps_the_log_and_goes_on_when_the_new_build_is_started() {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(10))
                .startAll()) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member old = cluster.follower();
            Queue<String> told = new ConcurrentLinkedQueue<>();
            old.node.addListener(new RaftNodeListener() {
                @Override
                public void parked(String reason) {
                    told.add(reason);
                }
            });
            old.ledger.doesNotKnow(NEW);
            for (int i = 0; i < 12; i++) {
                leader.write("before-" + i);
            }
            leader.write(NEW);
            for (int i = 0; i < 25; i++) {
                leader.write("after-" + i);
            }

            await().atMost(TestCluster.DEADLINE)
                    .until(() -> old.status().parked() != null
                            && old.status().lastIndex() == leader.status().lastIndex());
            assertThat(old.ledger.lines()).hasSize(12).endsWith("before-11");
            assertThat(old.status().parked())
                    .isEqualTo("Entry " + (old.status().appliedIndex() + 1)
                            + " holds the line 'new', deploy a build that has it");
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(
                            () -> assertThat(told).containsExactly(old.status().parked()));
            assertThat(old.status().failure()).isNull();
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> leader.status().peers().stream()
                            .anyMatch(peer -> peer.nodeId().equals(old.name)
                                    && peer.parked() != null
                                    && peer.lag() != null
                                    && peer.lag() >= 26));
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(old::readOnce)
                    .withMessageContaining("parked after index " + old.status().appliedIndex())
                    .withMessageContaining("holds the line 'new'");
            assertThat(old.node.snapshot())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("parked");
            assertThat(old.write("from the old build"))
                    .as("applied by the others")
                    .isEqualTo(39);

            long begin = System.nanoTime();
            cluster.stop(old.name);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));

            TestCluster.Member upgraded = cluster.start(old.name);
            cluster.awaitAgreement("before-0", NEW, "after-24", "from the old build");
            assertThat(upgraded.status().parked()).isNull();
            assertThat(upgraded.read()).hasSize(39);
        }
    }

    @Test
    void a_leader_that_parks_hands_leadership_over_and_the_callers_outcome_is_unknown() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member old = cluster.leader();
            old.write("a");
            old.ledger.doesNotKnow(NEW);

            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> old.writeOnce(NEW))
                    .withMessageContaining("parked");

            TestCluster.Member next = cluster.leaderOtherThan(old);
            await().atMost(TestCluster.DEADLINE).until(() -> old.status().role() == Role.FOLLOWER);
            next.write("b");
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> next.ledger.lines(), lines -> lines.equals(List.of("a", NEW, "b")));
            assertThat(old.ledger.lines()).containsExactly("a");
            assertThat(next.node.handOverLeadership(Duration.ofSeconds(10)))
                    .as("there is a third who can lead")
                    .isTrue();
            TestCluster.Member third = cluster.leaderOtherThan(next);
            assertThat(third.name).isNotEqualTo(old.name);
        }
    }

    @Test
    void the_quorum_survives_with_it_when_the_leader_dies_and_it_does_not_lead() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member old = cluster.follower();
            park(cluster, leader, old);
            TestCluster.Member other = cluster.running().stream()
                    .filter(member -> member != leader && member != old)
                    .findFirst()
                    .orElseThrow();
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> other.ledger.lines().contains(NEW)
                            && other.status().lastIndex() == leader.status().lastIndex());
            Queue<Role> roles = new ConcurrentLinkedQueue<>();
            old.node.addListener(new RaftNodeListener() {
                @Override
                public void leaderChanged(long term, String leaderId) {
                    if (old.name.equals(leaderId)) {
                        roles.add(Role.LEADER);
                    }
                }
            });

            cluster.stop(leader.name);

            other.write("with the parked member's vote and acknowledgement");
            assertThat(cluster.leader()).isSameAs(other);
            assertThat(roles).as("the parked member led").isEmpty();
            assertThat(old.status().lastIndex()).isEqualTo(other.status().lastIndex());
        }
    }

    @Test
    void when_only_it_has_an_acknowledged_entry_it_leads_until_somebody_else_has_the_entry_and_takes_over() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member old = cluster.follower();
            park(cluster, leader, old);
            TestCluster.Member behind = cluster.running().stream()
                    .filter(member -> member != leader && member != old)
                    .findFirst()
                    .orElseThrow();
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> behind.ledger.lines().contains(NEW));
            cluster.cut(behind.name);
            leader.write("acknowledged by the leader and the parked member");
            cluster.stop(leader.name);
            cluster.heal();

            behind.write("after the leader's death");

            assertThat(behind.ledger.lines())
                    .containsExactly(
                            NEW, "acknowledged by the leader and the parked member", "after the leader's death");
            await().atMost(TestCluster.DEADLINE).until(() -> behind.status().leading());
            assertThat(old.status().leading()).isFalse();
            assertThat(old.ledger.lines()).isEmpty();
        }
    }

    @Test
    void a_snapshot_with_the_effects_of_the_entry_parks_it_too_also_from_its_start_on() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(5))
                .startAll()) {
            String wiped = cluster.follower().name;
            cluster.leader().write(NEW);
            cluster.awaitAgreement(NEW);
            cluster.stop(wiped);
            cluster.wipe(wiped);
            for (int i = 0; i < 20; i++) {
                cluster.leader().write("line-" + i);
            }
            await().alias("the leader has the entry in its snapshot alone")
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> cluster.leader().status().firstIndex() > 5);
            cluster.beforeStart(member -> member.ledger.doesNotKnow(NEW));

            cluster.start(wiped);
            awaitParkedBySnapshot(cluster, wiped);
            cluster.leader().write("with a parked member");
            cluster.stop(wiped);
            cluster.start(wiped);
            awaitParkedBySnapshot(cluster, wiped);
            cluster.stop(wiped);

            cluster.beforeStart(member -> {});
            cluster.start(wiped);
            cluster.awaitAgreement(NEW, "line-19", "with a parked member");
        }
    }

    private static void awaitParkedBySnapshot(TestCluster cluster, String name) {
        TestCluster.Member member = cluster.member(name);
        await().atMost(TestCluster.DEADLINE).until(() -> member.status().parked() != null);
        assertThat(member.status().parked()).isEqualTo("The snapshot holds the line 'new', deploy a build that has it");
        assertThat(member.status().appliedIndex()).isZero();
        assertThat(member.ledger.lines()).isEmpty();
        await().alias("it keeps the log")
                .atMost(TestCluster.DEADLINE)
                .until(() ->
                        member.status().lastIndex() == cluster.leader().status().lastIndex());
    }

    private static void park(TestCluster cluster, TestCluster.Member leader, TestCluster.Member old) {
        old.ledger.doesNotKnow(NEW);
        leader.write(NEW);
        await().atMost(TestCluster.DEADLINE).until(() -> old.status().parked() != null);
        // Everybody must know that it cannot be the next leader.
        await().atMost(TestCluster.DEADLINE)
                .until(() -> cluster.running().stream()
                        .filter(member -> member != old)
                        .allMatch(member -> member.status().peers().stream()
                                .anyMatch(peer -> peer.nodeId().equals(old.name) && peer.parked() != null)));
    }
}
