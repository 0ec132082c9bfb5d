package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.OpenSession;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Whatever happens to proposals and answers, a command is applied once, and its caller can find out. */
class ExactlyOnceTests {

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final ApplicationContextRunner runner = context(Till.class, Impatient.class);

    @Test
    void aCommandWhoseAnswersAreLostIsAppliedOnceAndItsValueComesBack() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            till.add(1);

            node.loseAnswers(3);
            assertThat(till.add(10)).isEqualTo(11);

            assertThat(commands(node)).hasSize(5);
            assertThat(till.sum()).isEqualTo(11);
        });
    }

    @Test
    void aSessionWhoseAnswersAreLostIsOpenedAgain() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            context.getBean(SingleMemberNode.class).loseAnswers(2);

            assertThat(till.add(1)).isEqualTo(1);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aBusinessExceptionThatIsAskedForAgainIsTheSameAndNothingIsAppliedTwice() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            context.getBean(SingleMemberNode.class).loseAnswers(2);

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> till.refuse("no"))
                    .withMessage("no 1");
            assertThat(till.refusals()).isEqualTo(1);
        });
    }

    @Test
    void aCommandThatWasAppliedButNeverAnsweredIsUnknownAndResolvesToItsValueAgainAndAgain() {
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.loseAnswers(1_000);

            OutcomeUnknownException unknown = catchThrowableOfType(OutcomeUnknownException.class, () -> till.add(10));

            node.loseAnswers(0);
            assertThat(unknown.commandId()).isNotNull();
            assertThat(unknown).hasMessageContaining(unknown.commandId());
            assertThat(unknown.resolve()).isEqualTo(11);
            assertThat(unknown.resolve()).isEqualTo(11);
            assertThat(context.getBean(CommandOutcomes.class).resolve(unknown.commandId()))
                    .isEqualTo(11);
            assertThat(till.sum()).isEqualTo(11);
        });
    }

    @Test
    void aBusinessExceptionThatWasNeverAnsweredIsThrownByResolve() {
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.loseAnswers(1_000);
            OutcomeUnknownException unknown =
                    catchThrowableOfType(OutcomeUnknownException.class, () -> till.refuse("no"));
            node.loseAnswers(0);

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(unknown::resolve)
                    .withMessage("no 1");
        });
    }

    @Test
    void aCommandThatWasNotAppliedWhenItWasResolvedNeverIsAlthoughItArrivesLater() {
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            Deque<byte[]> onTheirWay = new ArrayDeque<>();
            node.holdProposals(onTheirWay::add);
            OutcomeUnknownException unknown = catchThrowableOfType(OutcomeUnknownException.class, () -> till.add(10));
            node.holdProposals(null);

            assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(unknown::resolve);
            for (byte[] entry : onTheirWay) {
                assertThat(WireFormat.parseOutcome(node.arrives(entry).join()).hasRefusal())
                        .isTrue();
            }

            assertThat(till.sum()).isEqualTo(1);
            assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(unknown::resolve);
        });
    }

    @Test
    void aCommandThatArrivesBeforeItIsResolvedIsAppliedOnceHoweverManyOfItsCopiesArrive() {
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            Deque<byte[]> onTheirWay = new ArrayDeque<>();
            node.holdProposals(onTheirWay::add);
            OutcomeUnknownException unknown = catchThrowableOfType(OutcomeUnknownException.class, () -> till.add(10));
            node.holdProposals(null);

            assertThat(onTheirWay).as("it was sent again").hasSizeGreaterThan(1);
            for (byte[] entry : onTheirWay) {
                node.arrives(entry).join();
            }

            assertThat(unknown.resolve()).isEqualTo(11);
            assertThat(till.sum()).isEqualTo(11);
        });
    }

    @Test
    void anotherMemberThatHasTheLogResolvesIt() {
        List<byte[]> log = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.loseAnswers(1_000);
            OutcomeUnknownException unknown = catchThrowableOfType(OutcomeUnknownException.class, () -> till.add(10));
            ids.add(unknown.commandId());
            log.addAll(node.entries());
        });
        runner.run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            log.forEach(entry -> node.arrives(entry).join());

            assertThat(context.getBean(CommandOutcomes.class).resolve(ids.get(0)))
                    .isEqualTo(11);
        });
    }

    @Test
    void aMemberThatWasRestoredFromASnapshotKnowsWhatWasAppliedBefore() {
        List<byte[]> log = new ArrayList<>();
        List<byte[]> snapshot = new ArrayList<>();
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            till.add(10);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            log.addAll(node.entries());
            snapshot.add(node.writeSnapshot());
        });
        runner.run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.restore(snapshot.get(0));

            EntryOutcome again = WireFormat.parseOutcome(
                    node.arrives(log.get(log.size() - 1)).join());

            assertThat(again.hasCommand()).isTrue();
            assertThat(again.getIndex()).isEqualTo(log.size());
            assertThat(context.getBean(Till.class).sum()).isEqualTo(11);
        });
    }

    @Test
    void whatIsNoCommandsIdIsRefusedAndOneThatIsNotKeptIsUnknownForGood() {
        runner.run(context -> {
            CommandOutcomes outcomes = context.getBean(CommandOutcomes.class);

            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> outcomes.resolve("order 7"))
                    .withMessageContaining("order 7");
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> outcomes.resolve("4711-1"))
                    .withMessageContaining("not known any more");
        });
    }

    @Test
    void aSessionThatExpiredIsReplacedAndTheCallGoesOnInTheNewOne() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            till.add(1);
            later(node, 2 * DAY);

            assertThat(till.add(10)).isEqualTo(11);
            assertThat(till.sum()).isEqualTo(11);
        });
    }

    @Test
    void aCopyOfACommandThatArrivesAfterItsSessionExpiredIsRefusedNotApplied() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            till.add(1);
            byte[] copy = node.entries().get(node.entries().size() - 1);
            later(node, 2 * DAY);

            EntryOutcome outcome = WireFormat.parseOutcome(node.arrives(copy).join());

            assertThat(outcome.getRefusal().getReason()).isEqualTo(Refusal.Reason.EXPIRED);
            assertThat(till.sum()).isEqualTo(1);
        });
    }

    @Test
    void nobodyIsAskedWhatBecameOfACommandWithinACommandOrAQuery() {
        context(Till.class, Asking.class).run(context -> {
            Till till = context.getBean(Till.class);
            till.add(1);
            Asking asking = context.getBean(Asking.class);

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> asking.inACommand("1-1"))
                    .withMessageContaining("inside a command or a query");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> asking.inAQuery("1-1"))
                    .withMessageContaining("inside a command or a query");
            assertThat(asking.inACommand("no id")).isEqualTo("not asked");
        });
    }

    static class Asking {

        @ReplicatedState
        private int asked;

        private final ObjectProvider<CommandOutcomes> outcomes;

        Asking(ObjectProvider<CommandOutcomes> outcomes) {
            this.outcomes = outcomes;
        }

        @ReplicatedCommand(value = "asking.ask", timeout = "5s")
        public String inACommand(String id) throws Exception {
            asked++;
            return id.equals("no id")
                    ? "not asked"
                    : String.valueOf(outcomes.getObject().resolve(id));
        }

        @ReplicatedQuery
        public String inAQuery(String id) throws Exception {
            return String.valueOf(outcomes.getObject().resolve(id));
        }
    }

    /** Takes the log's time along, also that by which is forgotten. */
    private static void later(SingleMemberNode node, long millis) {
        long now = commands(node).get(0).getProposedAtMillis();
        for (String proposer : List.of("n8", "n9")) {
            node.arrives(LogEntry.newBuilder()
                            .setFormatVersion(WireFormat.VERSION)
                            .setProposedAtMillis(now + millis)
                            .setProposer(proposer)
                            .setOpenSession(OpenSession.getDefaultInstance())
                            .build()
                            .toByteArray())
                    .join();
        }
    }

    @Test
    void outcomesThatWereAnsweredAreForgottenAndTheOthersAreNot() {
        context(Till.class).run(context -> {
            Till till = context.getBean(Till.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            till.add(1);
            till.add(1);
            till.add(1);
            List<LogEntry> commands = commands(node);

            assertThat(standing(node, commands.get(0).getCommand())).isEqualTo(Refusal.Reason.EXPIRED);
            assertThat(standing(node, commands.get(2).getCommand())).isNull();
            assertThat(till.sum()).isEqualTo(3);
        });
    }

    @Test
    void afterAnUnknownOutcomeCommandsGoOnInAnotherSessionWhoseOutcomesAreForgottenOnceAnswered() {
        runner.run(context -> {
            Till till = context.getBean(Till.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            till.add(1);
            node.loseAnswers(1_000);
            OutcomeUnknownException unknown = catchThrowableOfType(OutcomeUnknownException.class, () -> till.add(10));
            node.loseAnswers(0);

            assertThat(till.add(100)).isEqualTo(111);
            assertThat(till.add(100)).isEqualTo(211);

            List<LogEntry> commands = commands(node);
            CommandEnvelope first = commands.get(0).getCommand();
            CommandEnvelope afterwards = commands.get(commands.size() - 2).getCommand();
            assertThat(afterwards.getId().getSession())
                    .isNotEqualTo(first.getId().getSession());
            assertThat(standing(node, afterwards)).isEqualTo(Refusal.Reason.EXPIRED);
            assertThat(unknown.resolve()).isEqualTo(11);
        });
    }

    private static Refusal.Reason standing(SingleMemberNode node, CommandEnvelope command) throws Exception {
        CommandId id = command.getId();
        byte[] copy = LogEntry.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setCommand(command.toBuilder().setId(id))
                .build()
                .toByteArray();
        EntryOutcome outcome = WireFormat.parseOutcome(node.arrives(copy).join());
        return outcome.hasRefusal() ? outcome.getRefusal().getReason() : null;
    }

    static class Till {

        @ReplicatedState
        private int sum;

        @ReplicatedState(rollback = false)
        private int refusals;

        @ReplicatedCommand("till.add")
        public int add(int amount) {
            sum += amount;
            return sum;
        }

        @ReplicatedCommand("till.refuse")
        public void refuse(String why) {
            refusals++;
            throw new IllegalStateException(why + " " + refusals);
        }

        @ReplicatedQuery
        public int sum() {
            return sum;
        }

        @ReplicatedQuery
        public int refusals() {
            return refusals;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Impatient {

        @Bean
        @Primary
        ReplicationSettings impatientSettings() {
            return new ReplicationSettings("n1", Duration.ofMillis(500), Duration.ofSeconds(60));
        }
    }
}
