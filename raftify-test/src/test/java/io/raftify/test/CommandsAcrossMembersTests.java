package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.replication.CommandOutcomes;
import io.raftify.replication.ResultTooLargeException;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What becomes of calls when answers are lost, leaders change, members restart and one is filled by a snapshot, at the real
 * members of one real cluster. Its frames are nearly the smallest that may be configured.
 */
@RaftClusterTest(
        classes = CommandsAcrossMembersTests.App.class,
        properties = {
            "raftify.proposal.timeout=30s",
            "raftify.read.timeout=30s",
            "raftify.proposal.max-size=4KB",
            "raftify.transport.max-frame-size=1052672B"
        })
class CommandsAcrossMembersTests {

    private static volatile boolean answersAreLost;
    private static volatile boolean receiptsAreUnreadable;

    private final String name = "name " + System.nanoTime();

    RaftCluster cluster;

    /** Of what became of a call. */
    private interface Check {
        void holds() throws Exception;
    }

    @Test
    void whatBecameOfCallsIsTheSameAtEveryMemberAfterARestartOfAllAndWhereOneLeadsThatWasFilledByASnapshot()
            throws Exception {
        Check applied = new UnknownOutcomes().applied();
        applied.holds();
        Check never = new UnknownOutcomes().neverApplied();
        never.holds();
        Check keys = new IdempotencyKeys().known();
        keys.holds();

        restartAll();
        applied.holds();
        never.holds();
        keys.holds();

        Filled.lead(cluster, emptyAndFillBySnapshot());
        applied.holds();
        never.holds();
        keys.holds();
        assertThat(cluster.follower().bean(Shop.class).place(UUID.randomUUID(), name, 1))
                .isEqualTo(2);
    }

    /** What a caller can find out of a call that nobody answered. */
    @Nested
    class UnknownOutcomes {

        /** Applied, but not answered: a value and an exception. */
        Check applied() throws Exception {
            String name = CommandsAcrossMembersTests.this.name + " applied";
            RaftClusterNode leader = cluster.awaitLeader();
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            assertThat(till.add(name, 1)).isEqualTo(1);

            // The calls reach the leader, but no answer comes back.
            cluster.cutOneWay(leader, caller);
            CompletableFuture<OutcomeUnknownException> added = unknown(() -> till.addSoon(name, 10));
            CompletableFuture<OutcomeUnknownException> refused = unknown(() -> till.refuseSoon(name));
            String value = added.get(30, TimeUnit.SECONDS).commandId();
            String exception = refused.get(30, TimeUnit.SECONDS).commandId();
            cluster.heal();

            assertThat(added.join().resolve()).isEqualTo(11);
            return () -> {
                for (RaftClusterNode node : cluster.nodes()) {
                    CommandOutcomes outcomes = node.bean(CommandOutcomes.class);
                    assertThat(outcomes.resolve(value)).as("at %s", node).isEqualTo(11);
                    assertThatExceptionOfType(IllegalStateException.class)
                            .as("at %s", node)
                            .isThrownBy(() -> outcomes.resolve(exception))
                            .withMessage("refused " + name);
                    assertThat(node.bean(Till.class).sum(name)).isEqualTo(11);
                }
            };
        }

        /** Not applied when it was resolved, though copies of it come later. */
        Check neverApplied() throws Exception {
            String name = CommandsAcrossMembersTests.this.name + " never";
            RaftClusterNode leader = cluster.awaitLeader();
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            assertThat(till.add(name, 1)).isEqualTo(1);

            // The calls are on their way, and stay there.
            cluster.pause(caller);
            OutcomeUnknownException unknown =
                    unknown(() -> till.addSoon(name, 10)).get(30, TimeUnit.SECONDS);
            assertThatExceptionOfType(ProposalRejectedException.class)
                    .isThrownBy(() -> leader.bean(CommandOutcomes.class).resolve(unknown.commandId()));
            long before = leader.status().lastIndex();

            cluster.resume(caller);

            Patience.await(
                    "the late copy",
                    Duration.ofSeconds(30),
                    () -> cluster.leader().status().lastIndex() > before ? null : "nothing came");
            assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(unknown::resolve);
            return () -> {
                isRejectedEverywhere(unknown.commandId());
                for (RaftClusterNode node : cluster.nodes()) {
                    assertThat(node.bean(Till.class).sum(name)).isEqualTo(1);
                }
            };
        }

        private void isRejectedEverywhere(String commandId) {
            for (RaftClusterNode node : cluster.nodes()) {
                assertThatExceptionOfType(ProposalRejectedException.class)
                        .as("at %s", node)
                        .isThrownBy(() -> node.bean(CommandOutcomes.class).resolve(commandId));
            }
        }

        @Test
        void whatOnlyALeaderThatWasCutOffHasIsResolvedAsNeverAppliedAndIsNotAfterwards() throws Exception {
            RaftClusterNode cutOff = cluster.awaitLeader();
            Till till = cutOff.bean(Till.class);
            assertThat(till.add(name, 1)).isEqualTo(1);

            cluster.cut(cutOff);
            OutcomeUnknownException unknown =
                    unknown(() -> till.addSoon(name, 10)).get(30, TimeUnit.SECONDS);

            assertThatExceptionOfType(ProposalRejectedException.class)
                    .isThrownBy(
                            () -> cluster.leader().bean(CommandOutcomes.class).resolve(unknown.commandId()));
            cluster.heal();
            cluster.awaitAgreement();
            isRejectedEverywhere(unknown.commandId());
            assertThat(till.sum(name)).isEqualTo(1);
        }

        @Test
        void aCallerThatIsInterruptedCanResolveItsCallHereAndElsewhere() throws Exception {
            RaftClusterNode leader = cluster.awaitLeader();
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            assertThat(till.add(name, 1)).isEqualTo(1);
            cluster.cutOneWay(leader, caller);
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread thread = new Thread(() -> thrown.complete(catchThrowable(() -> till.add(name, 10))));
            thread.start();
            Patience.await(
                    "the command to be applied",
                    Duration.ofSeconds(30),
                    () -> leader.bean(Till.class).sumHere(name) == 11 ? null : "it was not");

            thread.interrupt();

            OutcomeUnknownException unknown = (OutcomeUnknownException) thrown.get(30, TimeUnit.SECONDS);
            assertThat(unknown).hasMessageContaining("interrupted");
            assertThat(unknown.commandId()).isNotNull();
            cluster.heal();
            // What comes back now is read by nobody, and must not be taken for read.
            assertThat(till.add(name, 100)).isEqualTo(111);
            assertThat(till.add(name, 100)).isEqualTo(211);
            for (RaftClusterNode node : cluster.nodes()) {
                assertThat(node.bean(CommandOutcomes.class).resolve(unknown.commandId()))
                        .isEqualTo(11);
            }
            assertThat(unknown.resolve()).isEqualTo(11);
        }

        @Test
        void aCallerThatIsInterruptedBeforeItsCallIsOnItsWayIsToldThatItNeverWillBe() throws Exception {
            RaftClusterNode caller = cluster.follower();
            cluster.restart(caller);
            cluster.awaitLeader();
            Till till = caller.bean(Till.class);
            cluster.cut(caller);
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread thread = new Thread(() -> thrown.complete(catchThrowable(() -> till.add(name, 10))));
            thread.start();
            thread.interrupt();

            assertThat(thrown.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ProposalRejectedException.class)
                    .hasMessageContaining("interrupted");
            cluster.heal();
            assertThat(till.add(name, 1)).isEqualTo(1);
        }

        @Test
        void aCallWhoseMemberNeverAnsweredIsResolvedAtAnother() throws Exception {
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            assertThat(till.add(name, 1)).isEqualTo(1);
            OutcomeUnknownException unknown;
            OutcomeUnknownException promised;
            answersAreLost = true;
            try {
                CompletableFuture<Integer> promise = till.promise(name, 100);
                unknown = unknown(() -> till.addSoon(name, 10)).get(30, TimeUnit.SECONDS);
                promised = (OutcomeUnknownException)
                        catchThrowable(() -> promise.get(30, TimeUnit.SECONDS)).getCause();
            } finally {
                answersAreLost = false;
            }

            assertThat(unknown).hasMessageContaining("gave no answer within 800ms");
            assertThat(promised).hasMessageContaining("gave no answer within 800ms");
            CommandOutcomes elsewhere = cluster.leader().bean(CommandOutcomes.class);
            assertThat((int) elsewhere.resolve(unknown.commandId())).isIn(11, 111);
            assertThat((int) elsewhere.resolve(promised.commandId())).isIn(101, 111);
            assertThat(promised.resolve()).isEqualTo(elsewhere.resolve(promised.commandId()));
            assertThat(till.sum(name)).isEqualTo(111);
        }

        @Test
        void aResultThatCannotBeReadByItsCallerIsKeptUntilItCan() throws Exception {
            Till till = cluster.follower().bean(Till.class);
            receiptsAreUnreadable = true;
            OutcomeUnknownException unknown;
            OutcomeUnknownException promised;
            try {
                unknown = unknown(() -> till.pay(name, 10)).get(30, TimeUnit.SECONDS);
                promised = (OutcomeUnknownException)
                        catchThrowable(() -> till.promiseToPay(name, 100).get(30, TimeUnit.SECONDS))
                                .getCause();
                assertThatExceptionOfType(OutcomeUnknownException.class)
                        .isThrownBy(unknown::resolve)
                        .withMessageContaining("cannot be read");
            } finally {
                receiptsAreUnreadable = false;
            }

            assertThat(unknown).hasMessageContaining("was applied").hasMessageContaining("cannot be read");
            assertThat(till.pay(name, 1)).isEqualTo(new Receipt(111));
            assertThat(till.pay(name, 1)).isEqualTo(new Receipt(112));
            assertThat(unknown.resolve()).isEqualTo(new Receipt(10));
            for (RaftClusterNode node : cluster.nodes()) {
                CommandOutcomes outcomes = node.bean(CommandOutcomes.class);
                assertThat(outcomes.resolve(unknown.commandId())).isEqualTo(new Receipt(10));
                assertThat(outcomes.resolve(promised.commandId())).isEqualTo(new Receipt(110));
            }
        }
    }

    /** Calls that are repeated from outside. */
    @Nested
    class IdempotencyKeys {

        @Test
        void theSameKeyAtAllMembersAtOnceIsOneCallAndAnotherKeyIsAnother() throws Exception {
            for (int calls = 1; calls <= 20; calls++) {
                UUID key = UUID.randomUUID();
                List<CompletableFuture<Integer>> placed = new ArrayList<>();
                for (RaftClusterNode node : cluster.nodes()) {
                    Shop shop = node.bean(Shop.class);
                    placed.add(CompletableFuture.supplyAsync(() -> shop.place(key, name, 1)));
                }
                for (CompletableFuture<Integer> each : placed) {
                    assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(calls);
                }
            }
            assertThat(cluster.leader().bean(Shop.class).placed(name)).isEqualTo(20);
        }

        @Test
        void callsAtAllMembersWhileTheLeaderIsKilledAreOneCall() throws Exception {
            RaftClusterNode leader = cluster.awaitLeader();
            UUID key = UUID.randomUUID();
            List<CompletableFuture<Object>> ended = new ArrayList<>();
            for (RaftClusterNode node : cluster.nodes()) {
                Shop shop = node.bean(Shop.class);
                ended.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return shop.place(key, name, 1);
                    } catch (ProposalRejectedException | OutcomeUnknownException notAnswered) {
                        return notAnswered;
                    }
                }));
            }
            cluster.kill(leader);

            RaftClusterNode successor = cluster.leader();
            assertThat(successor.bean(Shop.class).place(key, name, 1)).isEqualTo(1);
            for (CompletableFuture<Object> each : ended) {
                Object end = each.get(60, TimeUnit.SECONDS);
                assertThat(end instanceof RuntimeException ? 1 : end).isEqualTo(1);
            }
            assertThat(successor.bean(Shop.class).placed(name)).isEqualTo(1);
        }

        /** One that was accepted and one that was refused, by a leader that was killed then. */
        Check known() {
            UUID accepted = UUID.randomUUID();
            UUID refused = UUID.randomUUID();
            RaftClusterNode leader = cluster.awaitLeader();
            assertThat(leader.bean(Shop.class).place(accepted, name, 1)).isEqualTo(1);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> leader.bean(Shop.class).place(refused, name, 0));
            cluster.kill(leader);
            return () -> {
                for (RaftClusterNode node : cluster.nodes()) {
                    if (!node.running()) {
                        continue;
                    }
                    Shop shop = node.bean(Shop.class);
                    assertThat(shop.place(accepted, name, 1)).as("at %s", node).isEqualTo(1);
                    assertThatExceptionOfType(IllegalArgumentException.class)
                            .as("at %s", node)
                            .isThrownBy(() -> shop.place(refused, name, 0))
                            .withMessage("0 " + name);
                    assertThat(shop.placed(name)).isEqualTo(1);
                    assertThat(shop.attempts(name)).isEqualTo(2);
                }
            };
        }

        @Test
        void aKeyInsideACommandIsNotLookedAtAndOneOfTheCommandItselfIs() {
            Agent agent = cluster.follower().bean(Agent.class);
            UUID key = UUID.randomUUID();

            assertThat(agent.placeTwice(null, UUID.randomUUID(), name)).isEqualTo(2);
            assertThat(agent.placeTwice(key, UUID.randomUUID(), name)).isEqualTo(4);
            assertThat(cluster.leader().bean(Shop.class).placed(name)).isEqualTo(4);
        }
    }

    /** What entries do whose proposers' clocks are days ahead. */
    @Nested
    class Clocks {

        @Test
        void oneThatIsDaysAheadMakesNothingForgottenAndTwoOfThemDo() throws Exception {
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            Shop shop = caller.bean(Shop.class);
            UUID key = UUID.randomUUID();
            assertThat(shop.place(key, name, 1)).isEqualTo(1);
            assertThat(till.add(name, 1)).isEqualTo(1);
            OutcomeUnknownException unknown;
            answersAreLost = true;
            try {
                unknown = unknown(() -> till.addSoon(name, 10)).get(30, TimeUnit.SECONDS);
            } finally {
                answersAreLost = false;
            }
            byte[] copy = SilentMember.last();
            assertThat(shop.place(key, name, 1)).isEqualTo(1);

            setLogAhead(caller, Duration.ofDays(2));

            assertThat(RawEntries.outcome(caller, copy).hasRefusal()).isFalse();
            assertThat(unknown.resolve()).isEqualTo(11);
            assertThat(shop.place(key, name, 1)).isEqualTo(1);
            assertThat(till.sum(name)).isEqualTo(11);

            setLogAhead(caller, Duration.ofDays(4));
            setLogAhead(cluster.leader(), Duration.ofDays(4));

            EntryOutcome late = RawEntries.outcome(caller, copy);
            assertThat(late.getRefusal().getReason()).isEqualTo(Refusal.Reason.EXPIRED);
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(unknown::resolve)
                    .withMessageContaining("not known any more");
            assertThat(till.sum(name)).isEqualTo(11);
            assertThat(till.add(name, 100)).isEqualTo(111);

            assertThat(shop.place(key, name, 1)).isEqualTo(2);
            assertThat(shop.place(key, name, 1)).isEqualTo(2);
        }
    }

    /** Values that are too large to be carried back. */
    @Nested
    class Results {

        /** The value has five bytes more. */
        private static final int LARGEST = 1_000_000 - 5;

        @Test
        void oneAtTheLimitComesBackAtEveryMemberAndOneBeyondItIsAnExceptionThatChangedNothing() {
            int printed = 0;
            for (RaftClusterNode node : cluster.nodes()) {
                Till till = node.bean(Till.class);

                assertThat(till.print(name, LARGEST)).as("at %s", node).hasSize(LARGEST);
                assertThat(till.sum(name)).isEqualTo(++printed);

                assertThatExceptionOfType(ResultTooLargeException.class)
                        .as("at %s", node)
                        .isThrownBy(() -> till.print(name, LARGEST + 1))
                        .withMessageContaining("'till.print'")
                        .withMessageContaining("has 1000001 bytes")
                        .withMessageContaining("at most 1000000");
                assertThat(till.sum(name)).isEqualTo(printed);
            }
            cluster.awaitAgreement();
            for (RaftClusterNode node : cluster.nodes()) {
                assertThat(node.bean(Till.class).sumHere(name))
                        .as("at %s", node)
                        .isEqualTo(printed);
            }
        }

        @Test
        void bothCanBeResolvedEverywhere() throws Exception {
            RaftClusterNode leader = cluster.awaitLeader();
            RaftClusterNode caller = cluster.follower();
            Till till = caller.bean(Till.class);
            till.add(name, 1);
            cluster.cutOneWay(leader, caller);
            CompletableFuture<OutcomeUnknownException> fits = unknown(() -> till.printSoon(name, LARGEST));
            CompletableFuture<OutcomeUnknownException> tooLarge = unknown(() -> till.printSoon(name, LARGEST + 1));
            fits.get(30, TimeUnit.SECONDS);
            tooLarge.get(30, TimeUnit.SECONDS);
            cluster.heal();

            for (RaftClusterNode node : cluster.nodes()) {
                CommandOutcomes outcomes = node.bean(CommandOutcomes.class);
                assertThat((byte[]) outcomes.resolve(fits.join().commandId())).hasSize(LARGEST);
                assertThatExceptionOfType(ResultTooLargeException.class)
                        .isThrownBy(() -> outcomes.resolve(tooLarge.join().commandId()));
            }
            assertThat(till.sum(name)).isEqualTo(2);
        }
    }

    /** What commands of several beans see, called at all members while leaders change. */
    @Nested
    class Contexts {

        private static final int CALLS = 40;

        @Test
        void allMembersSeeOneOrderOfBothBeansAndTheSameContextsAndTimeNeverGoesBack() throws Exception {
            RaftClusterNode first = cluster.awaitLeader();
            Map<Line, String> returned = new ConcurrentHashMap<>();
            AtomicInteger called = new AtomicInteger();
            ExecutorService threads = Executors.newFixedThreadPool(6);
            List<CompletableFuture<?>> callers = new ArrayList<>();
            for (RaftClusterNode node : cluster.nodes()) {
                Diary diary = node.bean(Diary.class);
                Register register = node.bean(Register.class);
                callers.add(CompletableFuture.runAsync(
                        () -> repeat(called, () -> returned.put(diary.write(null, name), node.id())), threads));
                callers.add(CompletableFuture.runAsync(
                        () -> repeat(called, () -> returned.put(register.write(null, name), node.id())), threads));
            }
            awaitCalls(called, CALLS);
            first.bean(RaftNode.class).handOverLeadership(Duration.ofSeconds(10));
            Instant ahead = setLogAhead(cluster.awaitLeader(), Duration.ofHours(1));
            int since = called.get();
            awaitCalls(called, since + CALLS);
            RaftClusterNode second = cluster.leader();
            cluster.cut(second);
            assertThat(cluster.leader()).isNotSameAs(second);
            cluster.heal();
            for (CompletableFuture<?> each : callers) {
                each.get(60, TimeUnit.SECONDS);
            }
            threads.shutdown();
            cluster.awaitAgreement();

            List<Line> everywhere = lines(cluster.node("n1"));
            for (RaftClusterNode node : cluster.nodes()) {
                assertThat(lines(node)).as("on %s", node).isEqualTo(everywhere);
            }
            assertThat(everywhere).hasSize(6 * CALLS).containsAll(returned.keySet());
            returned.forEach((line, caller) -> assertThat(line.proposer()).isEqualTo(caller));
            assertThat(everywhere.stream().map(Line::index)).doesNotHaveDuplicates();
            assertThat(everywhere.stream().map(Line::id)).doesNotHaveDuplicates();
            assertThat(everywhere.stream().map(Line::uuid)).doesNotHaveDuplicates();
            assertThat(everywhere.stream().map(Line::drawn)).doesNotHaveDuplicates();
            assertThat(everywhere.stream().map(Line::time)).isSorted();
            assertThat(everywhere.stream().map(Line::term)).isSorted();
            assertThat(new HashSet<>(everywhere.stream().map(Line::term).toList()))
                    .hasSizeGreaterThanOrEqualTo(2);
            // The clocks of all proposers are behind that of the one entry.
            assertThat(everywhere.get(everywhere.size() - 1).time()).isAfterOrEqualTo(ahead);
        }

        private void repeat(AtomicInteger called, Runnable call) {
            for (int i = 0; i < CALLS; i++) {
                call.run();
                called.incrementAndGet();
            }
        }

        private void awaitCalls(AtomicInteger called, int count) {
            int enough = Math.min(count, 6 * CALLS);
            Patience.await(
                    enough + " calls",
                    Duration.ofSeconds(60),
                    () -> called.get() >= enough ? null : called + " have returned");
        }

        /** Of both beans, each in the order in which it was called, put together by their indexes. */
        private List<Line> lines(RaftClusterNode node) {
            List<Line> diary = node.bean(Diary.class).lines(name);
            List<Line> register = node.bean(Register.class).lines(name);
            assertThat(diary.stream().map(Line::index)).isSorted();
            assertThat(register.stream().map(Line::index)).isSorted();
            return Stream.concat(diary.stream(), register.stream())
                    .sorted(Comparator.comparingLong(Line::index))
                    .toList();
        }
    }

    /** Puts an entry into the log that was proposed by a clock so far ahead. */
    private static Instant setLogAhead(RaftClusterNode node, Duration ahead) throws Exception {
        Instant then = Instant.now().plus(ahead);
        RawEntries.outcome(node, RawEntries.openSession(node, then));
        return Instant.ofEpochMilli(then.toEpochMilli());
    }

    /** What the call throws, on a thread of its own. */
    private static CompletableFuture<OutcomeUnknownException> unknown(Runnable call) {
        return CompletableFuture.supplyAsync(() -> {
            Throwable thrown = catchThrowable(call::run);
            assertThat(thrown).isInstanceOf(OutcomeUnknownException.class);
            OutcomeUnknownException unknown = (OutcomeUnknownException) thrown;
            assertThat(unknown.commandId()).as("the id in: %s", unknown).isNotNull();
            return unknown;
        });
    }

    private void restartAll() {
        RaftClusterNode[] all = cluster.nodes().toArray(RaftClusterNode[]::new);
        cluster.kill(all);
        cluster.restart(all);
        cluster.awaitLeader();
    }

    private RaftClusterNode emptyAndFillBySnapshot() throws Exception {
        return Filled.bySnapshot(
                cluster, () -> cluster.leader().bean(Till.class).add(name + " of others", 1));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Till.class, Shop.class, Agent.class, Diary.class, Register.class})
    static class App {

        @Bean
        static SilentMember silentMember() {
            return new SilentMember(() -> answersAreLost);
        }
    }

    record Receipt(int sum) {

        /** Made when the command runs, and again when a caller reads it. */
        Receipt {
            if (receiptsAreUnreadable && !Thread.currentThread().getName().endsWith("-apply")) {
                throw new IllegalStateException("not here");
            }
        }
    }

    static class Till {

        @ReplicatedState
        private final Map<String, Integer> sums = new TreeMap<>();

        @ReplicatedCommand("till.add")
        public int add(String name, int amount) {
            return sums.merge(name, amount, Integer::sum);
        }

        @ReplicatedCommand(value = "till.add-soon", timeout = "800ms")
        public int addSoon(String name, int amount) {
            return sums.merge(name, amount, Integer::sum);
        }

        @ReplicatedCommand(value = "till.promise", timeout = "800ms")
        public CompletableFuture<Integer> promise(String name, int amount) {
            return CompletableFuture.completedFuture(sums.merge(name, amount, Integer::sum));
        }

        @ReplicatedCommand(value = "till.refuse-soon", timeout = "800ms")
        public void refuseSoon(String name) {
            throw new IllegalStateException("refused " + name);
        }

        @ReplicatedCommand("till.pay")
        public Receipt pay(String name, int amount) {
            return new Receipt(sums.merge(name, amount, Integer::sum));
        }

        @ReplicatedCommand("till.promise-to-pay")
        public CompletableFuture<Receipt> promiseToPay(String name, int amount) {
            return CompletableFuture.completedFuture(new Receipt(sums.merge(name, amount, Integer::sum)));
        }

        @ReplicatedCommand("till.print")
        public byte[] print(String name, int length) {
            sums.merge(name, 1, Integer::sum);
            return new byte[length];
        }

        @ReplicatedCommand(value = "till.print-soon", timeout = "800ms")
        public byte[] printSoon(String name, int length) {
            return print(name, length);
        }

        @ReplicatedQuery
        public int sum(String name) {
            return sums.getOrDefault(name, 0);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int sumHere(String name) {
            return sums.getOrDefault(name, 0);
        }
    }

    static class Shop {

        @ReplicatedState
        private final Map<String, Integer> orders = new TreeMap<>();

        @ReplicatedState(rollback = false)
        private final Map<String, Integer> attempts = new TreeMap<>();

        @ReplicatedCommand("shop.place")
        public int place(@IdempotencyKey @Nullable UUID key, String article, int amount) {
            attempts.merge(article, 1, Integer::sum);
            if (amount == 0) {
                throw new IllegalArgumentException("0 " + article);
            }
            return orders.merge(article, amount, Integer::sum);
        }

        @ReplicatedQuery
        public int placed(String article) {
            return orders.getOrDefault(article, 0);
        }

        @ReplicatedQuery
        public int attempts(String article) {
            return attempts.getOrDefault(article, 0);
        }
    }

    static class Agent {

        @ReplicatedState
        private int commissions;

        private final ObjectProvider<Shop> shop;

        Agent(ObjectProvider<Shop> shop) {
            this.shop = shop;
        }

        @ReplicatedCommand("agent.place-twice")
        public int placeTwice(@IdempotencyKey @Nullable UUID key, UUID inner, String article) {
            commissions++;
            shop.getObject().place(inner, article, 1);
            return shop.getObject().place(inner, article, 1);
        }
    }

    record Line(Instant time, long index, long term, String id, String proposer, UUID uuid, List<Integer> drawn) {

        static Line of(CommandContext context) {
            return new Line(
                    context.time(),
                    context.index(),
                    context.term(),
                    context.commandId(),
                    context.proposer(),
                    context.uuid(),
                    List.of(
                            context.random().nextInt(),
                            context.random().nextInt(),
                            context.random().nextInt()));
        }
    }

    static class Diary {

        @ReplicatedState(rollback = false)
        private final Map<String, List<Line>> lines = new TreeMap<>();

        @ReplicatedCommand("diary.write")
        public Line write(@Nullable CommandContext context, String page) {
            Line line = Line.of(context);
            lines.computeIfAbsent(page, unused -> new ArrayList<>()).add(line);
            return line;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public List<Line> lines(String page) {
            return List.copyOf(lines.getOrDefault(page, List.of()));
        }
    }

    static class Register {

        @ReplicatedState(rollback = false)
        private final Map<String, List<Line>> lines = new TreeMap<>();

        @ReplicatedCommand("register.write")
        public Line write(@Nullable CommandContext context, String page) {
            Line line = Line.of(context);
            lines.computeIfAbsent(page, unused -> new ArrayList<>()).add(line);
            return line;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public List<Line> lines(String page) {
            return List.copyOf(lines.getOrDefault(page, List.of()));
        }
    }
}
