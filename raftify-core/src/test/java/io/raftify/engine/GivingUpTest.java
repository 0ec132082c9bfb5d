package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.engine.wire.GiveUpAnswer;
import io.raftify.engine.wire.GiveUpRequest;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalRejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An entry that does not end, on three real members: who must promise what before it is given up. */
@Timeout(180)
class GivingUpTest {

    private static final String STUCK = "stuck";

    @TempDir
    Path directory;

    private static TestCluster stuckEverywhere(Path directory) {
        return TestCluster.of(3, directory)
                .beforeStart(member -> member.ledger.holdsAt(STUCK))
                .startAll();
    }

    /** @return its index */
    private static long awaitHeld(TestCluster cluster) {
        await().atMost(TestCluster.DEADLINE)
                .until(() -> cluster.running().stream().allMatch(member -> member.ledger.holding() > 0));
        return cluster.running().get(0).ledger.holding();
    }

    /** That it is not finished. Who is killed before that cannot promise anything about it when he is back. */
    private static void awaitWrittenDown(TestCluster cluster, long index) {
        await().atMost(TestCluster.DEADLINE)
                .until(() -> cluster.running().stream()
                        .allMatch(member ->
                                member.store().giveUps().get().unfinished().contains(index)));
    }

    private static String whyNot(TestCluster.Member leader, long index) throws Exception {
        try {
            leader.node.giveUp(index, Ledger.giveUp(index)).get(20, TimeUnit.SECONDS);
            return "given up";
        } catch (ExecutionException refused) {
            assertThat(refused.getCause()).isInstanceOf(ProposalRejectedException.class);
            return String.valueOf(refused.getCause().getMessage());
        }
    }

    private static void giveUp(TestCluster cluster, long index) {
        await().atMost(TestCluster.DEADLINE)
                .until(() -> whyNot(cluster.leader(), index), why -> why.equals("given up"));
    }

    private static GiveUpAnswer ask(TestCluster.Member leader, String peer, long index, long term) throws Exception {
        CompletableFuture<GiveUpAnswer> answered = new CompletableFuture<>();
        GiveUpRequest request = GiveUpRequest.newBuilder()
                .setIndex(index)
                .setEntryTerm(term)
                .setTerm(term)
                .build();
        leader.transport()
                .call(
                        peer,
                        MessageKind.GIVE_UP.number(),
                        request.toByteString(),
                        Duration.ofSeconds(10),
                        (answer, failure) -> {
                            try {
                                answered.complete(GiveUpAnswer.parseFrom(answer));
                            } catch (Exception unreadable) {
                                answered.completeExceptionally(unreadable);
                            }
                        });
        return answered.get(20, TimeUnit.SECONDS);
    }

    private static String other(TestCluster cluster, String... than) {
        return cluster.names().stream()
                .filter(name -> !List.of(than).contains(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void when_all_have_promised_it_fails_on_all_of_them_and_what_comes_after_it_is_applied() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            leader.write("before");
            CompletableFuture<byte[]> stuck = leader.propose(STUCK);
            long index = awaitHeld(cluster);

            giveUp(cluster, index);

            assertThat(new String(stuck.get(20, TimeUnit.SECONDS), UTF_8)).isEqualTo(Ledger.GIVEN_UP + index);
            cluster.follower().write("after");
            cluster.awaitAgreement("before", Ledger.GIVEN_UP + index, "after");
            assertThat(leader.ledger.lines()).hasSize(3);
        }
    }

    @Test
    void a_leader_does_not_give_up_what_another_member_has_finished() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.ledger.holdsAt(STUCK);
            CompletableFuture<byte[]> stuck = leader.propose(STUCK);
            TestCluster.Member follower = cluster.follower();
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> leader.ledger.holding() > 0
                            && cluster.running().stream()
                                            .filter(member ->
                                                    member.ledger.lines().contains(STUCK))
                                            .count()
                                    == 2);

            assertThat(whyNot(leader, leader.ledger.holding()))
                    .contains(follower.name, "it has finished entry " + leader.ledger.holding());

            leader.ledger.letGo();
            assertThat(stuck).succeedsWithin(Duration.ofSeconds(20));
            cluster.awaitAgreement(STUCK);
        }
    }

    @Test
    void while_a_member_is_down_it_is_not_given_up_and_when_it_is_back_it_is() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            String down = cluster.follower().name;
            cluster.stop(down);
            leader.propose(STUCK);
            long index = awaitHeld(cluster);

            assertThat(whyNot(leader, index)).contains(down + " (not connected)");

            cluster.start(down);
            giveUp(cluster, index);
            cluster.awaitAgreement(Ledger.GIVEN_UP + index);
        }
    }

    @Test
    void a_member_that_promised_does_not_finish_it_undecided_also_after_a_restart() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member promising = cluster.follower();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            long term = leader.status().term();
            assertThat(ask(leader, promising.name, index, term).getStanding())
                    .isEqualTo(GiveUpAnswer.Standing.PROMISED);
            promising.ledger.letGo();
            await().atMost(TestCluster.DEADLINE).until(() -> promising.ledger.holding() == 0);
            assertThat(promising.ledger.lines()).isEmpty();

            cluster.kill(promising.name);
            cluster.beforeStart(any -> {});
            TestCluster.Member back = cluster.start(promising.name);
            await().atMost(TestCluster.DEADLINE).until(() -> back.status().commitIndex() >= index);
            assertThat(back.ledger.lines()).isEmpty();

            giveUp(cluster, index);
            cluster.awaitAgreement(Ledger.GIVEN_UP + index);
            assertThat(back.ledger.lines()).doesNotContain(STUCK);
        }
    }

    @Test
    void a_promise_to_a_leader_is_void_under_the_next_one_and_with_another_members_word_that_it_finished()
            throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            long term = leader.status().term();
            for (TestCluster.Member member : cluster.running()) {
                if (member != leader) {
                    assertThat(ask(leader, member.name, index, term).getStanding())
                            .isEqualTo(GiveUpAnswer.Standing.PROMISED);
                }
            }
            cluster.kill(leader.name);

            cluster.running().get(0).ledger.letGo();

            await().alias("finished under the next leader")
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> cluster.running().get(0).ledger.lines().contains(STUCK));
            cluster.running().get(1).ledger.letGo();
            cluster.beforeStart(any -> {});
            cluster.start(leader.name);
            cluster.leader().write("after");
            cluster.awaitAgreement(STUCK, "after");
        }
    }

    @Test
    void the_next_leader_gives_it_up_after_promises_to_the_one_before() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            for (TestCluster.Member member : cluster.running()) {
                if (member != leader) {
                    ask(leader, member.name, index, leader.status().term());
                }
            }
            awaitWrittenDown(cluster, index);
            cluster.kill(leader.name);
            await().atMost(TestCluster.DEADLINE)
                    .until(() -> cluster.running().stream()
                            .anyMatch(member -> member.status().leading()));
            cluster.start(leader.name);

            giveUp(cluster, index);

            cluster.leader().write("after");
            cluster.awaitAgreement(Ledger.GIVEN_UP + index, "after");
        }
    }

    @Test
    void what_members_had_finished_before_all_were_restarted_is_not_given_up() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            cluster.leader().write(STUCK);
            cluster.awaitAgreement(STUCK);
            cluster.names().forEach(cluster::kill);
            // It takes longer this time.
            cluster.beforeStart(member -> member.ledger.holdsAt(STUCK)).startAll();
            long index = awaitHeld(cluster);

            assertThat(whyNot(cluster.leader(), index)).contains("it may have finished entry " + index + " before");

            cluster.running().forEach(member -> member.ledger.letGo());
            cluster.awaitAgreement(STUCK);
        }
    }

    @Test
    void what_members_are_known_not_to_have_finished_before_all_were_restarted_is_given_up() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            cluster.leader().propose(STUCK);
            long index = awaitHeld(cluster);
            awaitWrittenDown(cluster, index);
            cluster.names().forEach(cluster::kill);
            cluster.startAll();
            awaitHeld(cluster);

            giveUp(cluster, index);

            cluster.awaitAgreement(Ledger.GIVEN_UP + index);
            assertThat(cluster.running())
                    .allSatisfy(
                            member -> assertThat(member.store().giveUps().get().unfinished())
                                    .isEmpty());
        }
    }

    @Test
    void a_member_that_cannot_end_it_stops_and_goes_on_without_it_after_a_restart() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member deaf = cluster.follower();
            deaf.ledger.cannotEnd();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);

            giveUp(cluster, index);

            await().atMost(TestCluster.DEADLINE).until(() -> deaf.status().failure() != null);
            assertThat(deaf.status().failure()).contains("Entry " + index, "Restart this member");
            leader.write("without it");
            deaf.ledger.letGo();
            cluster.stop(deaf.name);
            cluster.start(deaf.name);
            cluster.awaitAgreement(Ledger.GIVEN_UP + index, "without it");
        }
    }

    @Test
    void a_member_that_lost_its_disk_skips_it() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            giveUp(cluster, index);
            leader.write("after");
            cluster.awaitAgreement(Ledger.GIVEN_UP + index, "after");
            String wiped = other(cluster, leader.name);
            cluster.stop(wiped);
            cluster.wipe(wiped);

            cluster.beforeStart(any -> {});
            cluster.start(wiped);

            cluster.awaitAgreement(Ledger.GIVEN_UP + index, "after");
        }
    }

    @Test
    void a_member_that_lost_its_disk_and_its_promise_with_it_takes_over_that_of_the_leader() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            long term = leader.status().term();
            String wiped = other(cluster, leader.name);
            assertThat(leader.gate().promise(index, term, false)).isNull();
            assertThat(ask(leader, wiped, index, term).getStanding()).isEqualTo(GiveUpAnswer.Standing.PROMISED);
            cluster.kill(wiped);
            cluster.wipe(wiped);

            cluster.beforeStart(any -> {});
            TestCluster.Member back = cluster.start(wiped);

            await().atMost(TestCluster.DEADLINE).until(() -> back.status().commitIndex() >= index);
            assertThat(back.gate().undecided()).containsExactly(index);
            assertThat(back.ledger.lines()).isEmpty();
            assertThat(ask(leader, wiped, index, term).getText()).contains("it may have finished entry " + index);
        }
    }

    /**
     * The engine would, when another leader asks for what is before its first entry; but then the disk would not say after a
     * restart what may have been finished.
     */
    @Test
    void a_follower_does_not_finish_what_its_own_disk_does_not_have() {
        try (TestCluster cluster = TestCluster.of(
                        3, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))
                .withStores(UnreliableStore::new)
                .startAll()) {
            cluster.leader().write("before");
            cluster.awaitAgreement("before");
            TestCluster.Member follower = cluster.follower();
            ((UnreliableStore) follower.store()).stallNextWrite();

            TestCluster.Member leader = cluster.leader();
            leader.write("stalled");
            assertThat(leader.node.handOverLeadership(Duration.ofSeconds(20))).isTrue();
            cluster.leader().write("under the next leader");

            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> follower.ledger.lines().equals(List.of("before")));
            ((UnreliableStore) follower.store()).heal();
            cluster.awaitAgreement("before", "stalled", "under the next leader");
        }
    }

    /** What it asked for comes back to it in the reports of those that promised. */
    @Test
    void a_leader_that_once_lost_its_disk_finishes_what_it_could_not_get_all_promises_for() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            cluster.leader().write("before");
            String wiped = cluster.follower().name;
            cluster.stop(wiped);
            cluster.wipe(wiped);
            TestCluster.Member back = cluster.start(wiped);
            await().atMost(TestCluster.DEADLINE).until(() -> {
                if (cluster.leader() != back) {
                    cluster.leader().node.handOverLeadership(Duration.ofSeconds(5));
                }
                return cluster.leader() == back && back.ledger.lines().contains("before");
            });
            cluster.running().forEach(member -> member.ledger.holdsAt(STUCK));
            back.propose(STUCK);
            long index = awaitHeld(cluster);
            String promising = other(cluster, wiped);

            assertThat(ask(back, promising, index, back.status().term()).getStanding())
                    .isEqualTo(GiveUpAnswer.Standing.PROMISED);
            assertThat(cluster.member(promising).gate().undecided()).containsExactly(index);
            await().alias("heard of the promise, and did not take it over")
                    .during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> back.gate().undecided().isEmpty());
            cluster.running().forEach(member -> member.ledger.letGo());

            cluster.awaitAgreement("before", STUCK);
        }
    }

    @Test
    void a_member_that_is_too_old_to_promise_keeps_it_from_being_given_up() throws Exception {
        try (TestCluster cluster = stuckEverywhere(directory)) {
            TestCluster.Member leader = cluster.leader();
            TestCluster.Member old = cluster.follower();
            old.transport().doesNotKnow(MessageKind.GIVE_UP.number());
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            long last = leader.status().lastIndex();

            assertThat(whyNot(leader, index)).contains(old.name, "it may be an older version");

            assertThat(leader.status().lastIndex()).isEqualTo(last);
            cluster.running().forEach(member -> member.ledger.letGo());
            cluster.awaitAgreement(STUCK);
        }
    }

    @Test
    void a_member_that_finished_what_was_given_up_stops_and_builds_its_state_anew_without_it() throws Exception {
        try (TestCluster cluster = TestCluster.of(1, directory).startAll()) {
            TestCluster.Member only = cluster.leader();
            only.write("finished");
            long index = only.node.applyingIndex();

            // Nobody asked for promises; as on a member that has an old copy of its disk.
            only.node.propose(Ledger.giveUp(index), Duration.ofSeconds(10));

            await().atMost(TestCluster.DEADLINE).until(() -> only.status().failure() != null);
            assertThat(only.status().failure()).contains("entry " + index + " was applied here");
            cluster.stop(only.name);
            TestCluster.Member anew = cluster.start(only.name);
            anew.write("after");
            assertThat(anew.ledger.lines()).containsExactly(Ledger.GIVEN_UP + index, "after");
        }
    }

    @Test
    void a_member_alone_gives_up_what_only_it_can_promise() throws Exception {
        try (TestCluster cluster = TestCluster.of(1, directory)
                .beforeStart(member -> member.ledger.holdsAt(STUCK))
                .startAll()) {
            TestCluster.Member only = cluster.leader();
            CompletableFuture<byte[]> stuck = only.propose(STUCK);
            long index = awaitHeld(cluster);

            giveUp(cluster, index);

            assertThat(new String(stuck.get(20, TimeUnit.SECONDS), UTF_8)).isEqualTo(Ledger.GIVEN_UP + index);
        }
    }

    @Test
    void only_the_leader_gives_up_and_only_what_it_is_in_the_middle_of() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.write("applied");
            long index = leader.status().appliedIndex();

            assertThat(whyNot(cluster.follower(), index)).contains("does not lead");
            assertThat(whyNot(leader, index)).contains("is not applying entry " + index);
            assertThat(whyNot(leader, index + 1)).contains("is not applying entry");
        }
    }

    @Test
    void while_one_does_not_end_commands_are_refused_as_overload_before_the_engine_is_full_and_it_can_be_given_up()
            throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.maxPendingBytes(32 << 20))
                .beforeStart(member -> member.ledger.holdsAt(STUCK))
                .startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.propose(STUCK);
            long index = awaitHeld(cluster);
            String large = "x".repeat(1 << 20).substring(10);
            await().atMost(TestCluster.DEADLINE).until(() -> {
                CompletableFuture<byte[]> more = leader.node.propose(large.getBytes(UTF_8), Duration.ofMillis(200));
                try {
                    more.get(10, TimeUnit.SECONDS);
                    return false;
                } catch (ExecutionException ended) {
                    return ended.getCause() instanceof OverloadedException
                            && ended.getCause().getMessage().contains("wait to be applied");
                }
            });

            giveUp(cluster, index);

            cluster.awaitAgreement(Ledger.GIVEN_UP + index);
            leader.write("after");
        }
    }
}
