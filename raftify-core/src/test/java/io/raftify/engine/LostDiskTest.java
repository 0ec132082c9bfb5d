package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.storage.Reentry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members whose data directory is gone, and that come back under their old names. */
@Timeout(180)
class LostDiskTest {

    @TempDir
    Path directory;

    @Test
    void a_member_that_lost_its_disk_helps_nobody_to_lead_who_lacks_what_it_had_acknowledged() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            awaitAllHaveMet(cluster);
            TestCluster.Member leader = cluster.leader();
            List<String> followers = cluster.names().stream()
                    .filter(name -> !name.equals(leader.name))
                    .toList();
            String behind = followers.get(0);
            String wiped = followers.get(1);
            cluster.stop(behind);
            leader.write("acknowledged by " + leader.name + " and " + wiped);
            cluster.stop(wiped);
            cluster.stop(leader.name);
            cluster.wipe(wiped);

            cluster.start(behind);
            cluster.start(wiped);

            await().atMost(TestCluster.DEADLINE).until(() -> stage(cluster, wiped) == Reentry.Stage.ASKING);
            await().during(TestCluster.ELECTION_TIMEOUT.multipliedBy(5))
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> cluster.running().stream()
                            .noneMatch(member -> member.status().leading()));

            cluster.start(leader.name);
            cluster.awaitAgreement("acknowledged by " + leader.name + " and " + wiped);
            await().atMost(TestCluster.DEADLINE).until(() -> stage(cluster, wiped) == Reentry.Stage.DONE);
        }
    }

    @Test
    void a_member_that_lost_its_disk_catches_up_from_the_others_and_then_votes_again() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(20))
                .startAll()) {
            awaitAllHaveMet(cluster);
            String wiped = cluster.follower().name;
            for (int i = 0; i < 100; i++) {
                cluster.leader().write("line-" + i);
            }
            cluster.stop(wiped);
            cluster.wipe(wiped);

            cluster.start(wiped);

            await().atMost(TestCluster.DEADLINE).until(() -> stage(cluster, wiped) == Reentry.Stage.DONE);
            cluster.awaitAgreement("line-0", "line-99");
            cluster.stop(cluster.names().stream()
                    .filter(name -> !name.equals(wiped))
                    .findFirst()
                    .orElseThrow());
            cluster.member(wiped).write("with its vote");
            cluster.awaitAgreement("line-99", "with its vote");
        }
    }

    @Test
    void what_it_knows_of_its_loss_survives_a_restart_in_the_middle() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            awaitAllHaveMet(cluster);
            cluster.leader().write("a");
            String wiped = cluster.follower().name;
            cluster.stop(wiped);
            cluster.wipe(wiped);
            String away = cluster.follower().name;
            cluster.stop(away);

            cluster.start(wiped);
            await().atMost(TestCluster.DEADLINE).until(() -> stage(cluster, wiped) == Reentry.Stage.ASKING);
            cluster.stop(wiped);
            cluster.start(wiped);

            assertThat(stage(cluster, wiped)).isEqualTo(Reentry.Stage.ASKING);
            cluster.start(away);
            cluster.awaitAgreement("a");
            await().atMost(TestCluster.DEADLINE).until(() -> stage(cluster, wiped) == Reentry.Stage.DONE);
        }
    }

    @Test
    void two_of_three_new_members_need_not_wait_for_the_third() {
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            cluster.start("n1");
            cluster.start("n2");

            cluster.leader().write("a");

            cluster.awaitAgreement("a");
            assertThat(stage(cluster, "n1")).isEqualTo(Reentry.Stage.NONE);
            assertThat(stage(cluster, "n2")).isEqualTo(Reentry.Stage.NONE);
        }
    }

    private static Reentry.Stage stage(TestCluster cluster, String member) {
        return cluster.member(member).store().incarnations().reentry().stage();
    }

    private static void awaitAllHaveMet(TestCluster cluster) {
        await().alias("all members know each other's disks")
                .atMost(TestCluster.DEADLINE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.running().stream()
                        .allMatch(member -> cluster.names().stream()
                                .filter(other -> !other.equals(member.name))
                                .allMatch(other -> member.store().incarnations().met(other) != null)));
    }
}
