package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.upgrade.BuildCatalogue;
import io.raftify.replication.wire.LogEntry;
import io.raftify.testnode.SingleMemberNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

/** What two builds of an application make of the same log: each is run, one after the other, on a member of its own. */
class BuildsBesideEachOtherTests {

    private final ApplicationContextRunner withoutKey = context(WithoutKey.class);
    private final ApplicationContextRunner withKey = context(WithKey.class, OrderGotAKey.class);

    @Test
    void anEntryOfAVersionWithoutAKeyHasNoneWhicheverBuildAppliesIt() {
        List<byte[]> former = new ArrayList<>();
        List<byte[]> later = new ArrayList<>();
        List<byte[]> snapshot = new ArrayList<>();
        withoutKey.run(context -> {
            context.getBean(WithoutKey.class).order(7, "pen");
            former.add(command(context));
            snapshot.add(node(context).writeSnapshot());
        });
        withKey.run(context -> {
            context.getBean(WithKey.class).order(7, "pen");
            later.add(command(context));
        });
        List<Integer> orders = new ArrayList<>();

        withKey.run(context -> {
            node(context).restore(snapshot.get(0));
            node(context).arrives(later.get(0)).join();
            orders.add(context.getBean(WithKey.class).orders());
        });
        withKey.run(context -> {
            node(context).arrives(former.get(0)).join();
            node(context).arrives(later.get(0)).join();
            orders.add(context.getBean(WithKey.class).orders());
        });

        assertThat(orders).as("upgraded after the entry, and before it").containsExactly(2, 2);
    }

    @Test
    void aKeyInAnEntryIsNotedAlsoByABuildWhoseMethodDeclaresNone() {
        List<byte[]> entry = new ArrayList<>();
        context(WithKeyAtOnce.class).run(context -> {
            context.getBean(WithKeyAtOnce.class).order(7, "pen");
            entry.add(command(context));
        });
        withoutKey.run(context -> {
            node(context).arrives(entry.get(0)).join();
            node(context).arrives(entry.get(0)).join();
            assertThat(context.getBean(WithoutKey.class).orders()).isEqualTo(1);

            context.getBean(WithoutKey.class).order(7, "pen");
            assertThat(context.getBean(WithoutKey.class).orders())
                    .as("a call of its own has no key")
                    .isEqualTo(2);
        });
    }

    @Test
    void aCommandWithinAnotherLetsNoVersionInAndTheFormerBuildCanComeBack() {
        List<byte[]> log = new ArrayList<>();
        List<byte[]> snapshot = new ArrayList<>();
        List<byte[]> announced = new ArrayList<>();
        context(FormerInner.class, FormerOuter.class).run(context -> {
            context.getBean(FormerOuter.class).go();
            log.add(command(context));
            announced.add(
                    context.getBean(ReplicatedBeans.class).build().catalogue().toBytes());
        });
        context(LaterInner.class, InnerTakesTimes.class, LaterOuter.class).run(context -> {
            node(context).arrives(log.get(0)).join();
            snapshot.add(node(context).writeSnapshot());
            assertThat(context.getBean(LaterInner.class).sum()).isEqualTo(1);

            node(context).announcedBy("n2", BuildCatalogue.PART, announced.get(0));
            node(context).announcedBy("n3", BuildCatalogue.PART, announced.get(0));
            node(context)
                    .seenAs(HoldBackTests.with(
                            true, List.of(HoldBackTests.peer("n2", true), HoldBackTests.peer("n3", true))));
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> context.getBean(LaterInner.class).add(1, 1))
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n2", "n3"));
            assertThat(context.getBean(LaterOuter.class).go())
                    .as("a command that all have")
                    .isEqualTo(2);
        });
        context(FormerInner.class, FormerOuter.class).run(context -> {
            node(context).restore(snapshot.get(0));
            assertThat(context.getBean(FormerInner.class).sum()).isEqualTo(1);
        });
    }

    @Test
    void aBuildWithoutTheBeanOfACommandWithinAnotherDoesNotRestoreWhatItDidUnlessItWasRetired() {
        List<byte[]> snapshot = new ArrayList<>();
        context(FormerInner.class, FormerOuter.class).run(context -> {
            context.getBean(FormerOuter.class).go();
            snapshot.add(node(context).writeSnapshot());
        });
        context(OuterAlone.class)
                .run(context -> assertThatExceptionOfType(UnsupportedEntryException.class)
                        .isThrownBy(() -> node(context).restore(snapshot.get(0)))
                        .withMessageContaining("command 'inner.add'")
                        .withMessageContaining("'inner'")
                        .withMessageContaining("new RetiredCommand(\"inner.add\")"));
        context(OuterAlone.class, InnerIsRetired.class).run(context -> {
            node(context).restore(snapshot.get(0));
            assertThat(context.getBean(OuterAlone.class).calls()).isEqualTo(1);
        });
        context(HelperInner.class, OuterAlone.class).run(context -> {
            node(context).restore(snapshot.get(0));
            assertThat(context.getBean(HelperInner.class).sum())
                    .as("the bean is there, and its command is part of another one now")
                    .isEqualTo(1);
        });
    }

    @Test
    void aResultOfAnotherVersionIsReadOnlyIfTheCallersTypeHoldsIt() {
        List<byte[]> log = new ArrayList<>();
        List<byte[]> answers = new ArrayList<>();
        context(FormerResults.class).run(context -> {
            FormerResults results = context.getBean(FormerResults.class);
            results.renamed();
            results.average();
            results.grown();
            results.text();
            results.label();
            commands(node(context)).forEach(entry -> log.add(withoutId(entry)));
        });
        context(LaterResults.class, ResultsChanged.class)
                .run(context -> log.forEach(
                        entry -> answers.add(node(context).arrives(entry).join())));
        context(FormerResults.class).run(context -> {
            FormerResults results = context.getBean(FormerResults.class);
            results.average();

            node(context).answerWith(CompletableFuture.completedFuture(answers.get(0)));
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(results::renamed)
                    .withMessageContaining("command 'results.renamed'")
                    .withMessageContaining("was applied")
                    .withMessageContaining("written by version 2, which this build cannot read");
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(1)));
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .as("2.75 is not 2")
                    .isThrownBy(results::average)
                    .withMessageContaining("written by version 2, which this build cannot read");
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(2)));
            assertThat(results.grown()).as("what it has more is passed over").isEqualTo(new FormerGrown(3, "x"));
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(3)));
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .as("a text is no number")
                    .isThrownBy(results::text);
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(4)));
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .as("renamed, and neither name has a null")
                    .isThrownBy(results::label);
        });
    }

    @Test
    void aKeptResultOfAFormerVersionIsReadWithNullWhereItHadNothingButNotWithZero() {
        List<byte[]> former = new ArrayList<>();
        context(FormerResults.class).run(context -> {
            FormerResults results = context.getBean(FormerResults.class);
            results.grown();
            results.renamed();
            results.same();
            node(context).entries().forEach(former::add);
        });
        List<byte[]> answers = new ArrayList<>();
        context(FormerResults.class)
                .run(context -> former.forEach(
                        entry -> answers.add(node(context).arrives(entry).join())));
        context(GrownByANote.class, NoteIsNew.class).run(context -> {
            GrownByANote results = context.getBean(GrownByANote.class);
            results.same();
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(1)));
            assertThat(results.grown()).isEqualTo(new GrownNote(3, "x", null));
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(2)));
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(results::renamed)
                    .withMessageContaining("written by version 1, which this build cannot read");
            node(context).answerWith(CompletableFuture.completedFuture(answers.get(3)));
            assertThat(results.same()).as("another version, and the same type").isEqualTo(1.5);
        });
    }

    private static SingleMemberNode node(AssertableApplicationContext context) {
        return context.getBean(SingleMemberNode.class);
    }

    /** The one command in the log, as a proposer sends it that never sends it again. */
    private static byte[] command(AssertableApplicationContext context) {
        return withoutId(commands(node(context)).get(0));
    }

    private static byte[] withoutId(LogEntry entry) {
        return entry.toBuilder()
                .setCommand(entry.getCommand().toBuilder().clearId())
                .build()
                .toByteArray();
    }

    @Component("shop")
    static class WithoutKey {

        @ReplicatedState
        private int orders;

        @ReplicatedCommand("shop.order")
        public int order(int key, String what) {
            return ++orders;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int orders() {
            return orders;
        }
    }

    @Component("shop")
    static class WithKeyAtOnce {

        @ReplicatedState
        private int orders;

        @ReplicatedCommand("shop.order")
        public int order(@IdempotencyKey int key, String what) {
            return ++orders;
        }
    }

    @Component("shop")
    static class WithKey {

        @ReplicatedState
        private int orders;

        @ReplicatedCommand(value = "shop.order", version = 2)
        public int order(@IdempotencyKey int key, String what) {
            return ++orders;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int orders() {
            return orders;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OrderGotAKey {

        @Bean
        CommandUpcaster upcaster() {
            return CommandUpcaster.of("shop.order", 1, same -> same);
        }
    }

    @Component("inner")
    static class FormerInner {

        @ReplicatedState
        private int sum;

        @ReplicatedCommand("inner.add")
        public int add(int by) {
            return sum += by;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int sum() {
            return sum;
        }
    }

    @Component("inner")
    static class LaterInner {

        @ReplicatedState
        private int sum;

        @ReplicatedCommand(value = "inner.add", version = 2)
        public int add(int by, int times) {
            return sum += by * times;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int sum() {
            return sum;
        }
    }

    @Component("inner")
    static class HelperInner {

        @ReplicatedState
        private int sum;

        @ReplicatedCommand("inner.clear")
        public void clear() {
            sum = 0;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int sum() {
            return sum;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InnerTakesTimes {

        @Bean
        CommandUpcaster upcaster() {
            return CommandUpcaster.of("inner.add", 1, arguments -> arguments.add(1));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InnerIsRetired {

        @Bean
        RetiredCommand retired() {
            return new RetiredCommand("inner.add");
        }
    }

    @Component("outer")
    static class FormerOuter {

        @ReplicatedState
        private int calls;

        private final FormerInner inner;

        FormerOuter(FormerInner inner) {
            this.inner = inner;
        }

        @ReplicatedCommand("outer.go")
        public int go() {
            calls++;
            return inner.add(1);
        }
    }

    @Component("outer")
    static class LaterOuter {

        @ReplicatedState
        private int calls;

        private final LaterInner inner;

        LaterOuter(LaterInner inner) {
            this.inner = inner;
        }

        @ReplicatedCommand("outer.go")
        public int go() {
            calls++;
            return inner.add(1, 1);
        }
    }

    @Component("outer")
    static class OuterAlone {

        @ReplicatedState
        private int calls;

        @ReplicatedCommand("outer.go")
        public int go() {
            return ++calls;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int calls() {
            return calls;
        }
    }

    record FormerLeft(int left) {}

    record LaterLeft(int remaining) {}

    record FormerGrown(int count, @Nullable String name) {}

    record LaterGrown(String name, int count, int more) {}

    record GrownNote(
            int count, @Nullable String name, @Nullable String note) {}

    record FormerLabel(@Nullable String label) {}

    record LaterLabel(@Nullable String title) {}

    @Component("results")
    static class FormerResults {

        @ReplicatedState
        private int calls;

        @ReplicatedCommand("results.renamed")
        public FormerLeft renamed() {
            return new FormerLeft(4);
        }

        @ReplicatedCommand("results.average")
        public int average() {
            return 2;
        }

        @ReplicatedCommand("results.grown")
        public FormerGrown grown() {
            return new FormerGrown(3, "x");
        }

        @ReplicatedCommand("results.text")
        public int text() {
            return 7;
        }

        @ReplicatedCommand("results.label")
        public FormerLabel label() {
            return new FormerLabel("x");
        }

        @ReplicatedCommand("results.same")
        public double same() {
            return 1.5;
        }
    }

    @Component("results")
    static class LaterResults {

        @ReplicatedState
        private int calls;

        @ReplicatedCommand(value = "results.renamed", version = 2)
        public LaterLeft renamed() {
            return new LaterLeft(4);
        }

        @ReplicatedCommand(value = "results.average", version = 2)
        public double average() {
            return 2.75;
        }

        @ReplicatedCommand(value = "results.grown", version = 2)
        public LaterGrown grown() {
            return new LaterGrown("x", 3, 5);
        }

        @ReplicatedCommand(value = "results.text", version = 2)
        public String text() {
            return "7";
        }

        @ReplicatedCommand(value = "results.label", version = 2)
        public LaterLabel label() {
            return new LaterLabel("x");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ResultsChanged {

        @Bean
        CommandUpcaster renamed() {
            return CommandUpcaster.of("results.renamed", 1, same -> same);
        }

        @Bean
        CommandUpcaster average() {
            return CommandUpcaster.of("results.average", 1, same -> same);
        }

        @Bean
        CommandUpcaster grown() {
            return CommandUpcaster.of("results.grown", 1, same -> same);
        }

        @Bean
        CommandUpcaster text() {
            return CommandUpcaster.of("results.text", 1, same -> same);
        }

        @Bean
        CommandUpcaster label() {
            return CommandUpcaster.of("results.label", 1, same -> same);
        }
    }

    @Component("results")
    static class GrownByANote {

        @ReplicatedState
        private int calls;

        @ReplicatedCommand(value = "results.renamed", version = 2)
        public LaterLeft renamed() {
            return new LaterLeft(4);
        }

        @ReplicatedCommand(value = "results.grown", version = 2)
        public GrownNote grown() {
            return new GrownNote(3, "x", "new");
        }

        @ReplicatedCommand(value = "results.same", version = 2)
        public double same() {
            return 1.5;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoteIsNew {

        @Bean
        CommandUpcaster renamed() {
            return CommandUpcaster.of("results.renamed", 1, same -> same);
        }

        @Bean
        CommandUpcaster grown() {
            return CommandUpcaster.of("results.grown", 1, same -> same);
        }

        @Bean
        CommandUpcaster same() {
            return CommandUpcaster.of("results.same", 1, same -> same);
        }
    }
}
