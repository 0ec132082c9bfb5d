package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import io.raftify.engine.wire.EngineAnswer;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads of every kind on three members, what they cost, and what they do when members are cut off from each other. */
@Timeout(120)
class ReadsTest {

    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(1_500);
    private static final Duration SHORT = Duration.ofMillis(700);

    /** More than what an idle leader sends to both of its peers while a test counts. */
    private static final int HEARTBEATS = 40;

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void startMembers() {
        cluster = TestCluster.of(3, directory, settings -> settings.electionTimeout(ELECTION_TIMEOUT))
                .startAll();
        cluster.leader().write("begin");
        cluster.awaitAgreement("begin");
    }

    @AfterAll
    static void stopMembers() {
        cluster.close();
    }

    @AfterEach
    void mendTheNetwork() {
        cluster.heal();
        cluster.leader().write("end of a test " + System.nanoTime());
        cluster.awaitAgreement();
    }

    private static List<TestCluster.Member> followers(TestCluster.Member leader) {
        return cluster.running().stream().filter(member -> member != leader).toList();
    }

    private static void succeed(List<CompletableFuture<Long>> reads) throws Exception {
        CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    }

    @Test
    void reads_that_wait_on_the_leader_together_share_the_next_round() throws Exception {
        TestCluster.Member leader = cluster.leader();
        followers(leader).forEach(follower -> leader.transport().delay(follower.name, Duration.ofMillis(200)));
        long before = leader.transport().calls(MessageKind.APPEND.number());

        List<CompletableFuture<Long>> reads = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            reads.add(leader.node.readIndex(TestCluster.DEADLINE));
        }
        succeed(reads);

        assertThat(leader.transport().calls(MessageKind.APPEND.number()) - before)
                .as("two rounds, and the heartbeats of an idle leader meanwhile")
                .isBetween(4L, 4L + HEARTBEATS);
    }

    @Test
    void reads_on_followers_cost_one_question_at_a_time_and_share_rounds_on_the_leader() throws Exception {
        TestCluster.Member leader = cluster.leader();
        List<TestCluster.Member> followers = followers(leader);
        followers.forEach(follower -> leader.transport().delay(follower.name, Duration.ofMillis(200)));
        long appends = leader.transport().calls(MessageKind.APPEND.number());
        long questions = questions(followers);

        List<CompletableFuture<Long>> reads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            followers.forEach(follower -> reads.add(follower.node.readIndex(TestCluster.DEADLINE)));
            reads.add(leader.node.readIndex(TestCluster.DEADLINE));
        }
        succeed(reads);

        assertThat(questions(followers) - questions).as("of two followers").isBetween(2L, 8L);
        assertThat(leader.transport().calls(MessageKind.APPEND.number()) - appends)
                .isLessThan(12L + 2 * HEARTBEATS);
    }

    private static long questions(List<TestCluster.Member> members) {
        return members.stream()
                .mapToLong(member -> member.transport().calls(MessageKind.READ_INDEX.number()))
                .sum();
    }

    @Test
    void a_leader_cut_off_amid_writes_answers_no_read_and_the_next_one_shows_what_was_acknowledged_from_its_first_on() {
        TestCluster.Member former = cluster.leader();
        String acknowledged = "acknowledged by " + former.name;
        former.write(acknowledged);
        List<CompletableFuture<byte[]>> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(former.node.propose(("amid-" + i + "-" + System.nanoTime()).getBytes(UTF_8), SHORT));
            if (i == 100) {
                cluster.cut(former.name);
            }
        }
        List<CompletableFuture<Long>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            reads.add(former.node.readIndex(SHORT));
        }
        // Not waiting for anybody to lead: the reads have to find that out.
        List<CompletableFuture<List<String>>> elsewhere = followers(former).stream()
                .map(member -> member.node.readIndex(TestCluster.DEADLINE).thenApply(index -> member.ledger.lines()))
                .toList();

        assertThat(reads)
                .allSatisfy(
                        read -> assertThatThrownBy(read::join).cause().isInstanceOf(ReadUnavailableException.class));
        assertThat(writes)
                .allSatisfy(write ->
                        assertThat(write.handle((result, failure) -> "ended")).succeedsWithin(TestCluster.DEADLINE));
        assertThat(elsewhere).allSatisfy(read -> assertThat(read.join()).contains(acknowledged));
        String after = "after the cut " + System.nanoTime();
        cluster.leaderOtherThan(former).write(after);
        cluster.heal();
        assertThat(former.read()).contains(acknowledged, after);
    }

    @Test
    void a_follower_in_a_minority_answers_no_read() {
        TestCluster.Member follower = cluster.follower();
        cluster.cut(follower.name);
        assertThatThrownBy(() -> follower.node.readIndex(SHORT).join())
                .cause()
                .isInstanceOf(ReadUnavailableException.class)
                .hasMessageContaining("No linearizable read could be made");
        assertThatThrownBy(() -> follower.node.leaseReadIndex(SHORT).join())
                .cause()
                .isInstanceOf(ReadUnavailableException.class);
    }

    /** A heartbeat that a follower answered before the read began proves nothing to it (as in etcd's issue 20418). */
    @Test
    void answers_to_what_the_leader_sent_before_the_read_do_not_confirm_it() throws Exception {
        TestCluster.Member leader = cluster.leader();
        List<TestCluster.Member> followers = followers(leader);
        // Their answers stay on the way for a while, and are many when nothing reaches them any more.
        followers.forEach(follower -> follower.transport().delay(leader.name, Duration.ofMillis(600)));
        TimeUnit.MILLISECONDS.sleep(500); // the scenario's own clock: less than that, and more than some heartbeats
        followers.forEach(follower -> follower.transport().cutIncoming(leader.name));

        assertThatThrownBy(() -> leader.node.readIndex(Duration.ofMillis(900)).join())
                .cause()
                .isInstanceOf(ReadUnavailableException.class);
        assertThat(leader.status().leading()).as("the answers did come").isTrue();
    }

    @Test
    void a_lease_read_on_the_leader_asks_nobody_and_the_lease_ends_before_others_can_elect() {
        TestCluster.Member leader = leaderWithLease();
        long cut = System.nanoTime();
        cluster.cut(leader.name);

        CompletableFuture<Long> withoutLease = leader.node.readIndex(SHORT);
        assertThat(answeredByLease(leader)).isTrue();
        await().atMost(TestCluster.DEADLINE).pollInterval(Duration.ofMillis(10)).until(() -> {
            Duration since = Duration.ofNanos(System.nanoTime() - cut);
            boolean answered = answeredByLease(leader);
            assertThat(answered && since.compareTo(ELECTION_TIMEOUT) >= 0)
                    .as("answered %s after the cut", since)
                    .isFalse();
            return !answered;
        });
        assertThatThrownBy(withoutLease::join)
                .as("a lease is used only where it was asked for")
                .cause()
                .isInstanceOf(ReadUnavailableException.class);
    }

    @Test
    void a_lease_read_on_a_follower_costs_a_question_to_the_leader_and_no_round() throws Exception {
        TestCluster.Member leader = leaderWithLease();
        TestCluster.Member follower = cluster.follower();
        leader.write("for the follower " + System.nanoTime());
        long appends = leader.transport().calls(MessageKind.APPEND.number());
        for (int i = 0; i < 200; i++) {
            String line = leader.ledger.lines().get(leader.ledger.lines().size() - 1);
            follower.node.leaseReadIndex(TestCluster.DEADLINE).get(30, TimeUnit.SECONDS);
            assertThat(follower.ledger.lines()).contains(line);
        }
        assertThat(leader.transport().calls(MessageKind.APPEND.number()) - appends)
                .as("each round would cost two")
                .isLessThan(300);
    }

    /** A follower may have applied more than the leader, and have shown it to somebody. */
    @Test
    void a_lease_read_sees_what_a_reader_elsewhere_was_shown() throws Exception {
        TestCluster.Member leader = leaderWithLease();
        TestCluster.Member follower = cluster.follower();
        String line = "not applied by the leader yet " + System.nanoTime();
        CompletableFuture<Long> read = held(leader, () -> {
            CompletableFuture<byte[]> unused = leader.propose(line);
            await().atMost(TestCluster.DEADLINE).until(() -> {
                follower.node.readIndex(TestCluster.DEADLINE).join();
                return follower.ledger.lines().contains(line);
            });
            CompletableFuture<Long> lease = leader.node.leaseReadIndex(TestCluster.DEADLINE);
            assertThat(lease).failsWithin(Duration.ofMillis(300)).withThrowableOfType(TimeoutException.class);
            return lease;
        });
        assertThat(read).succeedsWithin(TestCluster.DEADLINE);
        assertThat(leader.ledger.lines()).contains(line);
    }

    @Test
    void a_leader_that_told_another_to_take_over_asks_the_quorum_from_then_on() {
        TestCluster.Member leader = leaderWithLease();
        long term = leader.status().term();
        followers(leader)
                .forEach(follower ->
                        leader.transport().lose(follower.name, kind -> kind == MessageKind.TIMEOUT_NOW.number()));
        leader.node.handOverLeadership(ELECTION_TIMEOUT.multipliedBy(3));
        await().atMost(TestCluster.DEADLINE).until(() -> leader.status().leading());
        assertThat(leader.status().term()).as("nobody heard of it").isEqualTo(term);

        assertThat(appendsOfLeaseReads(leader, 100)).isGreaterThanOrEqualTo(200);
        // For the tests that come: in its next term, a leader has its lease again.
        cluster.heal();
        leader.node.handOverLeadership(TestCluster.DEADLINE);
    }

    /** Whether one can be answered though nobody can be asked. */
    private static boolean answeredByLease(TestCluster.Member cutOff) {
        return cutOff.node
                .leaseReadIndex(Duration.ofMillis(200))
                .handle((index, failure) -> failure == null)
                .join();
    }

    private static TestCluster.Member leaderWithLease() {
        return await().atMost(TestCluster.DEADLINE)
                .until(cluster::leader, leader -> appendsOfLeaseReads(leader, 50) < 50);
    }

    /** Without a lease, each costs two. */
    private static long appendsOfLeaseReads(TestCluster.Member member, int reads) {
        long before = member.transport().calls(MessageKind.APPEND.number());
        for (int i = 0; i < reads; i++) {
            member.node.leaseReadIndex(TestCluster.DEADLINE).join();
        }
        return member.transport().calls(MessageKind.APPEND.number()) - before;
    }

    @Test
    void a_member_that_hears_its_leader_votes_for_nobody_unless_the_leader_wants_it() throws Exception {
        TestCluster.Member leader = cluster.leader();
        List<TestCluster.Member> followers = followers(leader);
        TestCluster.Member candidate = followers.get(0);
        TestCluster.Member asked = followers.get(1);
        long term = asked.status().term();
        RequestVoteRequest vote = RequestVoteRequest.newBuilder()
                .setGroupId("test")
                .setServerId(EngineNames.peerId(candidate.name).toString())
                .setPeerId(EngineNames.peerId(asked.name).toString())
                .setTerm(term + 1)
                .setLastLogIndex(1_000_000)
                .setLastLogTerm(term)
                .setPreVote(false)
                .build();

        assertThat(ask(candidate, asked, MessageKind.VOTE, vote).getGranted()).isFalse();
        assertThat(asked.status().term()).as("nothing has changed").isEqualTo(term);

        assertThat(ask(candidate, asked, MessageKind.VOTE_AFTER_HAND_OVER, vote).getGranted())
                .isTrue();
        assertThat(asked.status().term()).isGreaterThan(term);
    }

    private static RequestVoteResponse ask(
            TestCluster.Member candidate, TestCluster.Member asked, MessageKind kind, RequestVoteRequest vote)
            throws Exception {
        CompletableFuture<RequestVoteResponse> answered = new CompletableFuture<>();
        candidate
                .transport()
                .call(asked.name, kind.number(), vote.toByteString(), Duration.ofSeconds(10), (answer, failure) -> {
                    try {
                        answered.complete(RequestVoteResponse.parseFrom(
                                EngineAnswer.parseFrom(answer).getMessage()));
                    } catch (Exception noAnswer) {
                        answered.completeExceptionally(noAnswer);
                    }
                });
        return answered.get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_bounded_read_is_answered_while_this_member_is_level_and_says_how_far_behind_it_is_when_it_is_not()
            throws Exception {
        TestCluster.Member follower = cluster.follower();
        ReadBound lately = new ReadBound(Duration.ofMillis(900), -1);
        follower.node.boundedReadIndex(lately, TestCluster.DEADLINE).get(30, TimeUnit.SECONDS);
        cluster.cut(follower.name);
        assertThat(follower.node.boundedReadIndex(lately, TestCluster.DEADLINE))
                .as("still level enough")
                .isCompleted();

        await().atMost(TestCluster.DEADLINE)
                .untilAsserted(() -> assertThatThrownBy(() -> follower.node
                                .boundedReadIndex(lately, TestCluster.DEADLINE)
                                .join())
                        .cause()
                        .isInstanceOf(ReadUnavailableException.class)
                        .hasMessageContaining("may be older than the allowed 900 ms")
                        .hasMessageContaining("it was level with the leader")
                        .hasMessageContaining("ms ago"));

        cluster.heal();
        await().atMost(TestCluster.DEADLINE)
                .ignoreExceptions()
                .until(() -> follower.node
                                .boundedReadIndex(lately, TestCluster.DEADLINE)
                                .join()
                        > 0);
    }

    @Test
    void bounded_reads_that_come_often_wait_for_nothing_and_cost_few_questions() throws Exception {
        TestCluster.Member follower = cluster.follower();
        ReadBound bound = new ReadBound(Duration.ofSeconds(3), -1);
        follower.node.boundedReadIndex(bound, TestCluster.DEADLINE).get(30, TimeUnit.SECONDS);
        long before = follower.transport().calls(MessageKind.READ_INDEX.number());
        Stream.generate(() -> follower.node.boundedReadIndex(bound, TestCluster.DEADLINE))
                .limit(1_000)
                .forEach(read -> assertThat(read).isCompleted());
        assertThat(follower.transport().calls(MessageKind.READ_INDEX.number()) - before)
                .isLessThanOrEqualTo(3);
    }

    @Test
    void the_age_of_the_state_counts_from_the_question_and_not_from_the_answer() {
        TestCluster.Member leader = cluster.leader();
        TestCluster.Member follower = cluster.follower();
        follower.transport().delay(leader.name, Duration.ofMillis(500));
        ReadBound bound = new ReadBound(Duration.ofMillis(450), -1);

        assertThat(follower.node.readIndex(TestCluster.DEADLINE)).succeedsWithin(TestCluster.DEADLINE);
        assertThat(follower.node.boundedReadIndex(bound, TestCluster.DEADLINE))
                .as("what came just now was asked too long ago")
                .isNotDone()
                .failsWithin(TestCluster.DEADLINE);

        follower.transport().heal(leader.name);
        await().atMost(TestCluster.DEADLINE)
                .until(() -> follower.node
                        .boundedReadIndex(bound, TestCluster.DEADLINE)
                        .handle((index, failure) -> failure == null)
                        .join());
    }

    @Test
    void a_member_that_has_not_applied_all_answers_only_within_the_entries_allowed() throws Exception {
        TestCluster.Member follower = cluster.follower();
        behind(follower, 10, () -> {
            assertThat(follower.node.boundedReadIndex(new ReadBound(null, 100), TestCluster.DEADLINE))
                    .succeedsWithin(TestCluster.DEADLINE);
            assertThatThrownBy(() -> follower.node
                            .boundedReadIndex(new ReadBound(null, 3), SHORT)
                            .join())
                    .cause()
                    .isInstanceOf(ReadUnavailableException.class)
                    .hasMessageContaining("may be older than the allowed 3 entries")
                    .hasMessageContaining("entries behind now");
            assertThatThrownBy(() -> follower.node
                            .boundedReadIndex(new ReadBound(Duration.ofMillis(300), -1), SHORT)
                            .join())
                    .cause()
                    .isInstanceOf(ReadUnavailableException.class)
                    .hasMessageContaining("entries behind now");
            return null;
        });
        assertThat(follower.node.boundedReadIndex(new ReadBound(null, 3), TestCluster.DEADLINE))
                .succeedsWithin(TestCluster.DEADLINE);
    }

    @Test
    void a_linearizable_read_waits_until_this_member_has_applied_all_that_was_committed() throws Exception {
        TestCluster.Member follower = cluster.follower();
        CompletableFuture<Long> waiting = behind(follower, 10, () -> {
            assertThatThrownBy(() -> follower.node.readIndex(SHORT).join())
                    .cause()
                    .isInstanceOf(ReadUnavailableException.class)
                    .hasMessageContaining("this member has applied");
            CompletableFuture<Long> patient = follower.node.readIndex(TestCluster.DEADLINE);
            assertThat(patient).isNotDone();
            return patient;
        });
        assertThat(waiting).succeedsWithin(TestCluster.DEADLINE);
    }

    @Test
    void whoever_has_seen_an_entry_elsewhere_waits_until_it_is_applied_here_and_not_for_ever() throws Exception {
        TestCluster.Member leader = cluster.leader();
        TestCluster.Member follower = cluster.follower();
        CompletableFuture<Long> waiting = behind(follower, 10, () -> {
            long seen = leader.node.readIndex(TestCluster.DEADLINE).join();
            assertThatThrownBy(() -> follower.node.awaitApplied(seen, SHORT).join())
                    .cause()
                    .isInstanceOf(ReadUnavailableException.class)
                    .hasMessageContaining("has not applied entry " + seen + " yet, which the caller has seen, but ");
            assertThat(follower.node.applyingIndex()).isLessThan(seen);
            CompletableFuture<Long> patient = follower.node.awaitApplied(seen, TestCluster.DEADLINE);
            assertThat(patient).isNotDone();
            return patient;
        });
        assertThat(waiting).succeedsWithin(TestCluster.DEADLINE);
        assertThat(follower.ledger.lines()).isEqualTo(leader.ledger.lines());
    }

    /** Does something while a follower has yet to apply some entries that are committed. */
    private static <T> T behind(TestCluster.Member follower, int entries, Supplier<T> action) throws Exception {
        return held(follower, () -> {
            for (int i = 0; i < entries; i++) {
                cluster.leader().write("not yet there " + System.nanoTime());
            }
            return action.get();
        });
    }

    /** Does something while a member applies nothing. */
    private static <T> T held(TestCluster.Member member, Supplier<T> action) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            // The ledger's own lock: the member's apply thread waits for it with the next entry.
            synchronized (member.ledger) {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        holder.start();
        try {
            assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
            return action.get();
        } finally {
            release.countDown();
            holder.join(10_000);
        }
    }
}
