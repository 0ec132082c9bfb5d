package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.encoding.WrittenForms;
import io.raftify.replication.upgrade.BuildCatalogue;
import io.raftify.replication.upgrade.PeerBuilds;
import io.raftify.replication.upgrade.PeerBuildsSight;
import io.raftify.testnode.SingleMemberNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.stereotype.Component;

/** Two builds that call a command by one name and version, and mean two different ones. */
@ExtendWith(OutputCaptureExtension.class)
class ArgumentsChangedTests {

    @Test
    void aCommandWhoseArgumentsChangedWithoutANewVersionIsHeldBackAndReportedUntilTheBuildsAgree(
            CapturedOutput output) {
        byte[] former = announced(Former.class);
        byte[] changed = announced(Changed.class);
        context(Changed.class).run(context -> {
            Changed tickets = context.getBean(Changed.class);
            assertThat(tickets.sell(new ChangedOrder(1, "ann", null)))
                    .as("nobody else was heard of: it is applied, and so allowed")
                    .isEqualTo(1);
            among(context, former, changed);
            awaitKnown(context, "tickets.sell");

            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> tickets.sell(new ChangedOrder(2, "bob", "web")))
                    .withMessageContaining("command 'tickets.sell'")
                    .withMessageContaining("takes other arguments on n2")
                    .withMessageContaining("({buyer: java.lang.String, channel: java.lang.String, seat: int})")
                    .withMessageContaining("({buyer: java.lang.String, seat: int})")
                    .withMessageContaining("version = 2")
                    .withMessageContaining("CommandUpcaster")
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n2"));
            assertThat(commands(node(context))).hasSize(1);
            assertThat(tickets.count()).as("a command that did not change").isEqualTo(1);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> output.getOut()
                            .contains(
                                    "The command 'tickets.sell' takes other arguments on n2 than here, though both builds"
                                            + " call it version 1"));

            node(context).announcedBy("n2", BuildCatalogue.PART, changed);
            awaitKnown(context);
            assertThat(tickets.sell(new ChangedOrder(2, "bob", "web"))).isEqualTo(2);
        });
        context(Former.class).run(context -> {
            among(context, former, changed);
            awaitKnown(context, "tickets.sell");
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .as("the former build's calls would be misread there")
                    .isThrownBy(() -> context.getBean(Former.class).sell(new Order(1, "ann")))
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n3"));
        });
    }

    @Test
    void aCommandThatIsWrittenAsBeforeIsNotHeldBackWhateverItsClassesAreCalledNow(CapturedOutput output) {
        byte[] former = announced(Former.class);
        context(Refactored.class).run(context -> {
            among(context, former, former);

            assertThat(context.getBean(Refactored.class).sell(new RenamedOrder("ann", 1), null))
                    .isEqualTo(1);
            await().during(Duration.ofMillis(1_700))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !output.getOut().contains("takes other arguments")
                            && !output.getOut().contains("has another result"));
        });
    }

    @Test
    void aNewVersionWithAnUpcasterIsAnotherMatter() {
        byte[] former = announced(Former.class);
        context(NextVersion.class, ChannelIsNew.class).run(context -> {
            among(context, former, former);
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> context.getBean(NextVersion.class).sell(new ChangedOrder(1, "ann", null)))
                    .withMessageContaining("command 'tickets.sell' version 2")
                    .withMessageNotContaining("takes other arguments");
        });
    }

    @Test
    void aResultThatChangedIsReportedAndHoldsNothingBack(CapturedOutput output) {
        byte[] former = announced(Former.class);
        context(OtherResult.class).run(context -> {
            among(context, former, former);

            assertThat(context.getBean(OtherResult.class).sell(new Order(1, "ann")))
                    .isEqualTo("1");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> output.getOut()
                            .contains("The command 'tickets.sell' has another result on n2, n3 than here, though both"
                                    + " builds call it version 1: here java.lang.String, there int"));
        });
    }

    @Test
    void theWordsSayHowValuesAreWrittenAndNotWhatTheirClassesAreCalled() {
        assertThat(WrittenForms.words(Order.class))
                .isEqualTo(WrittenForms.words(RenamedOrder.class))
                .isEqualTo("{buyer: java.lang.String, seat: int}");
        assertThat(WrittenForms.words(ResolvableType.forClassWithGenerics(List.class, Tree.class)
                        .getType()))
                .isEqualTo("java.util.List<{children: java.util.List<itself1>, size: one of [LARGE, SMALL]}>");
        assertThat(WrittenForms.words(int.class)).isNotEqualTo(WrittenForms.words(Integer.class));
        assertThat(WrittenForms.words(Twice.class))
                .as("the same class beside itself is not within itself")
                .isEqualTo(
                        "{first: {buyer: java.lang.String, seat: int}[], second: {buyer: java.lang.String, seat: int}}");
    }

    private static byte[] announced(Class<?>... build) {
        byte[][] announced = new byte[1][];
        context(build)
                .run(context -> announced[0] = context.getBean(ReplicatedBeans.class)
                        .build()
                        .catalogue()
                        .toBytes());
        return announced[0];
    }

    private static void among(AssertableApplicationContext context, byte[] n2, byte[] n3) {
        node(context).announcedBy("n2", BuildCatalogue.PART, n2);
        node(context).announcedBy("n3", BuildCatalogue.PART, n3);
        node(context)
                .seenAs(HoldBackTests.with(
                        true, List.of(HoldBackTests.peer("n2", true), HoldBackTests.peer("n3", true))));
    }

    private static void awaitKnown(AssertableApplicationContext context, String... commands) {
        PeerBuilds builds = context.getBean(PeerBuilds.class);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(PeerBuildsSight.otherArguments(builds)).containsExactly(commands));
    }

    private static SingleMemberNode node(AssertableApplicationContext context) {
        return context.getBean(SingleMemberNode.class);
    }

    record Order(int seat, String buyer) {}

    record RenamedOrder(String buyer, int seat) {}

    record ChangedOrder(int seat, String buyer, @Nullable String channel) {}

    enum Size {
        SMALL,
        LARGE
    }

    record Tree(Size size, List<Tree> children) {}

    record Twice(Order[] first, Order second) {}

    @Component("tickets")
    static class Former {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedCommand("tickets.sell")
        public int sell(Order order) {
            sold.put(order.seat(), order.buyer());
            return sold.size();
        }

        @ReplicatedCommand("tickets.count")
        public int count() {
            return sold.size();
        }
    }

    @Component("tickets")
    static class Changed {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedCommand("tickets.sell")
        public int sell(ChangedOrder order) {
            sold.put(order.seat(), order.buyer() + order.channel());
            return sold.size();
        }

        @ReplicatedCommand("tickets.count")
        public int count() {
            return sold.size();
        }
    }

    @Component("tickets")
    static class Refactored {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedCommand("tickets.sell")
        public int sell(RenamedOrder order, @Nullable CommandContext context) {
            sold.put(order.seat(), order.buyer());
            return sold.size();
        }

        @ReplicatedCommand("tickets.count")
        public int count() {
            return sold.size();
        }
    }

    @Component("tickets")
    static class NextVersion {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedCommand(value = "tickets.sell", version = 2)
        public int sell(ChangedOrder order) {
            sold.put(order.seat(), order.buyer() + order.channel());
            return sold.size();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ChannelIsNew {

        @Bean
        CommandUpcaster upcaster() {
            return CommandUpcaster.of("tickets.sell", 1, same -> same);
        }
    }

    @Component("tickets")
    static class OtherResult {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedCommand("tickets.sell")
        public String sell(Order order) {
            sold.put(order.seat(), order.buyer());
            return String.valueOf(sold.size());
        }

        @ReplicatedCommand("tickets.count")
        public int count() {
            return sold.size();
        }
    }
}
