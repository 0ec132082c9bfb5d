package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NoLeaderException;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalTooLargeException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ClusterTest {

    @TempDir
    Path directory;

    /** No election comes in between on a slow disk: then proposals would be of unknown outcome. */
    private TestCluster patient(int size) {
        return TestCluster.of(
                size, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT));
    }

    @Test
    void a_single_member_leads_itself_and_keeps_what_it_acknowledged() {
        try (TestCluster cluster = TestCluster.of(1, directory).startAll()) {
            assertThat(cluster.leader().write("a")).isEqualTo(1);
            assertThat(cluster.leader().write("b")).isEqualTo(2);
        }
        try (TestCluster cluster = TestCluster.of(1, directory)) {
            // Another port: the address is not the member's identity.
            cluster.startAll();
            assertThat(cluster.leader().read()).containsExactly("a", "b");
        }
    }

    @Test
    void three_members_elect_one_leader_and_apply_the_same_lines_in_the_same_order() {
        try (TestCluster cluster = patient(3).startAll()) {
            TestCluster.Member leader = cluster.leader();
            List<CompletableFuture<byte[]>> written = new ArrayList<>();
            for (TestCluster.Member member : cluster.running()) {
                IntStream.range(0, 100).forEach(i -> written.add(member.propose(member.name + "-" + i)));
            }
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();

            cluster.awaitAgreement("n1-99", "n2-99", "n3-99");
            assertThat(leader.ledger.lines()).hasSize(300).doesNotHaveDuplicates();
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(cluster.running().stream()
                                    .filter(member -> member.status().leading()))
                            .hasSize(1));
        }
    }

    @Test
    void a_proposal_on_a_follower_returns_the_leaders_result_and_a_read_there_sees_it() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member follower = cluster.follower();
            for (int i = 1; i <= 50; i++) {
                assertThat(follower.write("line-" + i)).isEqualTo(i);
                assertThat(follower.read()).hasSize(i);
            }
        }
    }

    @Test
    void when_the_leader_stops_the_others_go_on_and_it_catches_up_when_it_is_back() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            String first = cluster.leader().name;
            cluster.leader().write("before");
            cluster.stop(first);

            assertThat(cluster.leader().write("during")).isEqualTo(2);

            cluster.start(first);
            cluster.awaitAgreement("before", "during");
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> cluster.member(first).status().caughtUp());
        }
    }

    @Test
    void a_member_far_behind_comes_back_through_a_snapshot() {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(50))
                .startAll()) {
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            String away = cluster.follower().name;
            cluster.stop(away);
            for (int i = 0; i < 300; i++) {
                cluster.leader().write("line-" + i);
            }
            // Whichever of them leads then, only a snapshot can help the member away.
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(cluster.running())
                            .as("the log is compacted past what the member away has")
                            .allSatisfy(member ->
                                    assertThat(member.status().firstIndex()).isGreaterThan(10)));

            cluster.start(away);

            cluster.awaitAgreement("first", "line-299");
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(
                            () -> assertThat(cluster.member(away).status().snapshotIndex())
                                    .isGreaterThan(10));
        }
    }

    @Test
    void a_snapshot_of_64_megabytes_and_more_is_installed_in_chunks() {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(25))
                .startAll()) {
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            String away = cluster.follower().name;
            cluster.stop(away);
            for (int i = 0; i < 80; i++) {
                cluster.leader().write(i + "-" + "z".repeat(1_000_000));
            }
            // Asked for: the last one that is due by itself may lie before this index, if the disk was slow meanwhile.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> cluster.running().stream().allMatch(ClusterTest::hasLargeSnapshotAndCompactedLog));

            cluster.start(away);

            // Not by printing what differs: it would be 80 MB.
            TestCluster.Member back = cluster.member(away);
            List<String> expected = cluster.leader().read();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> back.ledger.lines().equals(expected));
            assertThat(expected.size()).isEqualTo(81);
            // What it no longer needs of the installation may still be on its way out.
            await().atMost(TestCluster.DEADLINE)
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .untilAsserted(() -> {
                        try (Stream<Path> files = Files.walk(directory.resolve(away))) {
                            assertThat(files.filter(file -> file.endsWith(SnapshotFile.NAME))
                                            .toList())
                                    .singleElement()
                                    .satisfies(
                                            file -> assertThat(Files.size(file)).isGreaterThan(64L << 20));
                        }
                    });
        }
    }

    private static boolean hasLargeSnapshotAndCompactedLog(TestCluster.Member member) {
        if (member.status().snapshotIndex() >= 75) {
            return member.status().firstIndex() > 25;
        }
        var unused = member.node.snapshot();
        return false;
    }

    @Test
    void all_members_stopped_and_started_again_have_everything_from_snapshot_and_log() {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.snapshotEntries(20))
                .startAll()) {
            for (int i = 0; i < 70; i++) {
                cluster.leader().write("line-" + i);
            }
            cluster.awaitAgreement("line-69");
            cluster.names().forEach(cluster::stop);

            cluster.startAll();

            assertThat(cluster.leader().read()).hasSize(70).startsWith("line-0").endsWith("line-69");
            cluster.awaitAgreement("line-69");
        }
    }

    @Test
    void a_leader_cut_off_answers_neither_writes_nor_reads_and_agrees_after_healing() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            cluster.leader().write("before");
            TestCluster.Member cutOff = cluster.leader();
            cluster.cut(cutOff.name);

            Duration deadline = Duration.ofSeconds(2);
            long start = System.nanoTime();
            CompletableFuture<byte[]> write = cutOff.node.propose("lost or late".getBytes(UTF_8), deadline);
            CompletableFuture<Long> read = cutOff.node.readIndex(deadline);
            assertThatThrownBy(write::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfAny(OutcomeUnknownException.class, NoLeaderException.class);
            assertThatThrownBy(read::get).cause().isInstanceOf(ReadUnavailableException.class);
            // The machine may stall for a second or two; what waits for the engine's own timeouts takes five.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(4_500));

            cluster.leaderOtherThan(cutOff).write("after");

            cluster.heal();
            cluster.awaitAgreement("before", "after");
            assertThat(cutOff.read()).contains("before", "after");
        }
    }

    @Test
    void a_follower_cut_off_says_surely_not_applied_once_it_knows_of_no_leader() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member follower = cluster.follower();
            cluster.cut(follower.name);
            await().atMost(TestCluster.DEADLINE).until(() -> follower.status().leaderId() == null);

            assertThatThrownBy(() -> follower.node
                            .propose("nowhere".getBytes(UTF_8), Duration.ofSeconds(2))
                            .get())
                    .cause()
                    .isInstanceOf(NoLeaderException.class)
                    .hasMessageContaining("no leader is known");

            cluster.heal();
            cluster.leader().write("everywhere");
            cluster.awaitAgreement("everywhere");
            assertThat(follower.ledger.lines()).doesNotContain("nowhere");
        }
    }

    @Test
    void a_majority_without_the_isolated_member_is_not_disturbed_when_it_returns() {
        try (TestCluster cluster = patient(3).startAll()) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member isolated = cluster.follower();
            cluster.cut(isolated.name);
            await().atMost(TestCluster.DEADLINE).until(() -> isolated.status().leaderId() == null);
            long term = leader.status().term();
            leader.write("while it was away");
            cluster.heal();
            cluster.awaitAgreement("while it was away");

            assertThat(leader.status().leading()).isTrue();
            assertThat(leader.status().term()).as("pre-vote keeps the term").isEqualTo(term);
        }
    }

    @Test
    void an_entry_that_cannot_be_applied_stops_the_members_and_is_never_skipped() {
        try (TestCluster cluster = patient(3).startAll()) {
            cluster.leader().write("fine");
            cluster.awaitAgreement("fine");
            TestCluster.Member leader = cluster.leader();

            assertThatThrownBy(() -> leader.writeOnce(Ledger.POISON)).isInstanceOf(OutcomeUnknownException.class);

            // The next leader commits the entry, too, and fails at it; the last one has no quorum left to commit it.
            await().atMost(TestCluster.DEADLINE.multipliedBy(2))
                    .untilAsserted(() -> assertThat(cluster.running())
                            .filteredOn(member -> member.status().role() == Role.FAILED)
                            .hasSizeGreaterThanOrEqualTo(2)
                            .allSatisfy(member -> assertThat(member.status().failure())
                                    .contains("could not be applied", "this line")));
            assertThat(cluster.running())
                    .allSatisfy(member -> assertThat(member.ledger.lines()).containsExactly("fine"));
            assertThat(cluster.running())
                    .filteredOn(member -> member.status().role() == Role.FAILED)
                    .allSatisfy(failed -> {
                        assertThatThrownBy(() -> failed.writeOnce("later"))
                                .isInstanceOf(NodeStoppedException.class)
                                .hasMessageContaining("could not be applied");
                        assertThatThrownBy(failed::readOnce).isInstanceOf(ReadUnavailableException.class);
                    });
        }
    }

    @Test
    void leadership_is_handed_over_and_no_proposal_fails_meanwhile() {
        try (TestCluster cluster = patient(3).startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.write("first");
            cluster.awaitAgreement("first");
            TestCluster.Member follower = cluster.follower();
            List<CompletableFuture<byte[]>> written = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                written.add(follower.propose("line-" + i));
            }

            assertThat(leader.node.handOverLeadership(Duration.ofSeconds(20))).isTrue();

            assertThat(leader.status().leading()).isFalse();
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
            cluster.awaitAgreement("line-49");
            assertThat(follower.ledger.lines()).hasSize(51).doesNotHaveDuplicates();
        }
    }

    @Test
    void leadership_goes_to_a_member_that_is_there() {
        try (TestCluster cluster = patient(3).startAll()) {
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            TestCluster.Member leader = cluster.leader();
            cluster.stop(cluster.follower().name);
            TestCluster.Member left = cluster.follower();

            assertThat(leader.node.handOverLeadership(Duration.ofSeconds(20))).isTrue();

            await().atMost(TestCluster.DEADLINE)
                    .until(() -> left.name.equals(leader.status().leaderId()));
            left.write("second");
        }
    }

    @Test
    void a_member_alone_cannot_hand_over_and_goes_on_leading() {
        try (TestCluster cluster = TestCluster.of(1, directory).startAll()) {
            TestCluster.Member alone = cluster.leader();
            assertThat(alone.node.handOverLeadership(Duration.ofSeconds(1))).isFalse();
            assertThat(alone.write("still")).isEqualTo(1);
        }
    }

    @Test
    void a_proposal_beyond_the_limit_is_refused_before_it_enters_the_log_and_one_at_the_limit_is_not() {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.maxProposalSize(10_000))
                .startAll()) {
            TestCluster.Member follower = cluster.follower();
            follower.write("x".repeat(10_000));
            assertThatThrownBy(() -> follower.write("x".repeat(10_001)))
                    .isInstanceOf(ProposalTooLargeException.class)
                    .hasMessageContaining("10001");
        }
    }

    @Test
    void large_proposals_in_flight_together_arrive_whole() {
        try (TestCluster cluster = patient(3).startAll()) {
            String large = "y".repeat(1 << 20);
            List<CompletableFuture<byte[]>> written = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                written.add(cluster.follower().node.propose(large.getBytes(UTF_8), TestCluster.DEADLINE));
            }
            int acknowledged = 0;
            for (CompletableFuture<byte[]> each : written) {
                try {
                    each.join();
                    acknowledged++;
                } catch (CompletionException failed) {
                    // So many bytes can keep a slow machine from hearing its leader; then nobody knows what became of
                    // it.
                    assertThat(failed.getCause())
                            .isInstanceOfAny(OutcomeUnknownException.class, NoLeaderException.class);
                }
            }
            cluster.awaitAgreement(large);
            assertThat(cluster.leader().ledger.lines())
                    .hasSizeBetween(Math.max(1, acknowledged), written.size())
                    .allMatch(line -> line.equals(large));
        }
    }

    @Test
    void peers_that_differ_from_the_members_in_the_log_are_refused_at_start() {
        try (TestCluster cluster = TestCluster.of(1, directory).startAll()) {
            cluster.leader().write("a");
        }
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            assertThatThrownBy(() -> cluster.start("n1"))
                    .isInstanceOfSatisfying(
                            NodeStartException.class,
                            refusal -> assertThat(refusal.reason())
                                    .isEqualTo(NodeStartException.Reason.MEMBERSHIP_DIFFERS))
                    .hasMessageContaining("[n1, n2, n3]")
                    .hasMessageContaining("[n1]");
        }
        try (TestCluster cluster = TestCluster.of(1, directory).startAll()) {
            assertThat(cluster.leader().read()).as("nothing was lost").containsExactly("a");
        }
    }

    @Test
    void every_member_shows_every_other_and_who_is_behind() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            cluster.leader().write("a");
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(cluster.running())
                            .allSatisfy(member -> assertThat(member.status().peers())
                                    .hasSize(2)
                                    .allSatisfy(peer -> {
                                        assertThat(peer.connected()).isTrue();
                                        assertThat(peer.lag()).isZero();
                                        assertThat(peer.appliedIndex())
                                                .isEqualTo(member.status().appliedIndex());
                                    })));
            String away = cluster.follower().name;
            cluster.stop(away);
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(cluster.leader().status().peers())
                            .filteredOn(peer -> peer.nodeId().equals(away))
                            .singleElement()
                            .satisfies(peer -> {
                                assertThat(peer.connected()).isFalse();
                                assertThat(peer.lastError()).isNotBlank();
                            }));
        }
    }
}
