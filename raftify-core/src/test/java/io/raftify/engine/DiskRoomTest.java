package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftify.node.DiskFullException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.storage.SmallDisk;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that run short of room, with members on them that are never restarted: commands are refused before any write fails,
 * reads go on, and so do commands as soon as there is room.
 */
@EnabledOnOs(OS.LINUX)
class DiskRoomTest {

    private static final int DISK_MEGABYTES = 24;
    private static final long MIN_FREE = 8L << 20;
    private static final long TOO_LITTLE = 6L << 20;
    private static final long NEXT_TO_NOTHING = 1L << 20;

    @TempDir
    Path directory;

    private final Map<String, SmallDisk> disks = new LinkedHashMap<>();
    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.of(
                3, directory, settings -> settings.minFreeSpace(MIN_FREE).snapshotEntries(20));
        for (String name : cluster.names()) {
            disks.put(name, SmallDisk.mount(directory.resolve(name), DISK_MEGABYTES));
        }
        cluster.startAll();
        cluster.leader().write("begin");
        cluster.awaitAgreement("begin");
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        for (SmallDisk disk : disks.values()) {
            disk.close();
        }
    }

    private void fill(long left, TestCluster.Member... members) throws Exception {
        for (TestCluster.Member member : members) {
            disks.get(member.name).leave(left);
        }
        for (TestCluster.Member member : members) {
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> member.status().storage().full() != null);
        }
    }

    private void makeRoom() throws Exception {
        for (SmallDisk disk : disks.values()) {
            disk.makeRoom();
        }
    }

    /** Members hear of each other's disks once a second. */
    private static void writeWhenItIsKnown(TestCluster.Member member) {
        await().atMost(TestCluster.DEADLINE)
                .ignoreException(DiskFullException.class)
                .until(() -> member.write("after") > 0);
    }

    private void assertNobodyFailed() {
        for (TestCluster.Member member : cluster.running()) {
            assertThat(member.status().failure()).as(member.name).isNull();
            assertThat(member.status().storage().full()).as(member.name).isNull();
        }
    }

    @Test
    void a_leader_short_of_room_lets_another_lead_and_catches_up_when_there_is_room() throws Exception {
        TestCluster.Member full = cluster.leader();
        fill(NEXT_TO_NOTHING, full);

        TestCluster.Member next = cluster.leaderOtherThan(full);
        await().atMost(TestCluster.DEADLINE).until(() -> !full.status().leading());
        assertThat(full.status().storage().full()).contains("MiB are free").contains(full.name);
        for (int i = 0; i < 30; i++) {
            next.write("while " + i);
        }
        full.write("passed on by the one that is full");
        assertThat(next.read()).contains("while 0", "while 29", "passed on by the one that is full");
        assertThat(full.ledger.lines()).containsExactly("begin");

        makeRoom();

        cluster.awaitAgreement("while 29", "passed on by the one that is full");
        assertNobodyFailed();
    }

    @Test
    void with_all_disks_short_of_room_commands_are_refused_and_reads_go_on() throws Exception {
        List<TestCluster.Member> all = cluster.running();
        fill(NEXT_TO_NOTHING, all.toArray(TestCluster.Member[]::new));

        for (TestCluster.Member member : all) {
            assertThatThrownBy(() -> member.writeOnce("refused"))
                    .as(member.name)
                    .isInstanceOf(DiskFullException.class)
                    .isInstanceOf(ProposalRejectedException.class)
                    .hasMessageContaining("Not applied")
                    .hasMessageContaining("8 MiB are to stay free");
            assertThat(member.read()).containsExactly("begin");
        }

        makeRoom();
        await().atMost(TestCluster.DEADLINE)
                .until(() -> all.stream()
                        .allMatch(member -> member.status().storage().full() == null));
        writeWhenItIsKnown(all.get(0));

        cluster.awaitAgreement("begin", "after");
        assertThat(all.get(1).ledger.lines()).doesNotContain("refused");
        assertNobodyFailed();
    }

    @Test
    void commands_are_refused_if_too_few_others_have_room_for_them() throws Exception {
        TestCluster.Member leader = cluster.leader();
        TestCluster.Member[] followers =
                cluster.running().stream().filter(member -> member != leader).toArray(TestCluster.Member[]::new);
        fill(TOO_LITTLE, followers);

        await().atMost(TestCluster.DEADLINE)
                .untilAsserted(() -> assertThatThrownBy(() -> leader.writeOnce("no majority"))
                        .isInstanceOf(DiskFullException.class)
                        .hasMessageContaining(followers[0].name)
                        .hasMessageContaining(followers[1].name));
        assertThat(leader.read()).contains("begin");

        makeRoom();
        writeWhenItIsKnown(leader);
        cluster.awaitAgreement("begin", "after");
        assertNobodyFailed();
    }
}
