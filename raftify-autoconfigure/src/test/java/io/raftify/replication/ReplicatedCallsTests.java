package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.CommandListener.Fate;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.OpenSession;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class ReplicatedCallsTests {

    private final ApplicationContextRunner runner = context(Stock.class, Orders.class);

    @Test
    void aCommandGoesThroughTheLogAndItsValueComesBack() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);

            assertThat(stock.put("a", 3)).isEqualTo(3);
            assertThat(stock.put("a", 4)).isEqualTo(7);

            assertThat(stock.amount("a")).isEqualTo(7);
            assertThat(commands(node)).hasSize(2);
            LogEntry entry = commands(node).get(1);
            assertThat(entry.getFormatVersion()).isEqualTo(2);
            assertThat(entry.getProposer()).isEqualTo("n1");
            assertThat(entry.getProposedAtMillis()).isPositive();
            CommandEnvelope command = entry.getCommand();
            assertThat(command.getCommand()).isEqualTo("stock.put");
            assertThat(command.getVersion()).isEqualTo(1);
            assertThat(command.getCodec()).isEqualTo("cbor");
            assertThat(command.getId().getSequence()).isEqualTo(2);
        });
    }

    @Test
    void aCommandRunsOnTheApplyThreadAndAQueryOnItsCallers() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            assertThat(stock.commandThread()).isEqualTo("test-apply");
            assertThat(stock.queryThread()).isEqualTo(Thread.currentThread().getName());
        });
    }

    @Test
    void theCallerGetsACopyOfTheResultNotTheLiveObject() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            Map<String, Integer> first = stock.putAndShow("a", 1);
            stock.put("a", 1);

            assertThat(first).containsExactly(Map.entry("a", 1));
        });
    }

    @Test
    void theCommandGetsACopyOfItsArguments() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);
            List<String> mine = new ArrayList<>(List.of("x"));

            stock.remember(mine);
            mine.add("y");

            assertThat(stock.remembered()).containsExactly("x");
        });
    }

    @Test
    void anUncheckedExceptionComesBackWithTypeAndMessageAndWhatWasChangedIsPutBack() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            assertThatExceptionOfType(OutOfStockException.class)
                    .isThrownBy(() -> stock.take("a", 1))
                    .withMessage("no a");
            assertThat(stock.attempts()).isZero();
        });
    }

    @Test
    void aDeclaredCheckedExceptionComesBackWithItsOwnType() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            assertThatExceptionOfType(FileNotFoundException.class)
                    .isThrownBy(() -> stock.fail("checked"))
                    .withMessage("gone");
        });
    }

    @Test
    void exceptionsThatCannotBeRebuiltComeBackWithTypeAndMessageInWords() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            for (String kind : List.of("undeclared", "odd constructor", "of the member")) {
                assertThatExceptionOfType(RemoteCommandException.class)
                        .as(kind)
                        .isThrownBy(() -> stock.fail(kind))
                        .satisfies(thrown -> {
                            assertThat(thrown.command()).isEqualTo("stock.fail");
                            assertThat(thrown.originalType()).isNotBlank();
                            assertThat(thrown.originalMessage()).isEqualTo(kind);
                        });
            }
        });
    }

    @Test
    void anExceptionWithoutMessageOrWithOnlyANoArgumentConstructorComesBack() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            assertThatIllegalStateException()
                    .isThrownBy(() -> stock.fail("no message"))
                    .withMessage(null);
            assertThatExceptionOfType(BareException.class).isThrownBy(() -> stock.fail("bare"));
        });
    }

    @Test
    void anOverlongMessageIsCut() {
        runner.run(context -> assertThatIllegalStateException()
                .isThrownBy(() -> context.getBean(Stock.class).fail("long"))
                .satisfies(
                        thrown -> assertThat(thrown.getMessage()).hasSize(8_193).endsWith("x…")));
    }

    @Test
    void aResultThatTurnsOutNotToBeEncodableIsToldAndTheMemberGoesOn() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);

            assertThatExceptionOfType(RemoteCommandException.class)
                    .isThrownBy(stock::loop)
                    .withMessageContaining("The result of");
            assertThat(stock.put("a", 1)).isEqualTo(1);
        });
    }

    @Test
    void anArgumentThatCannotBeReadBackIsRefusedBeforeItIsInTheLog() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            Fickle fickle = new Fickle(1);
            fickle.spoil();

            assertThatIllegalArgumentException().isThrownBy(() -> stock.fickle(fickle));

            assertThat(commands(node)).isEmpty();
            stock.fickle(new Fickle(1));
            assertThat(commands(node)).hasSize(1);
        });
    }

    @Test
    void commandsAndQueriesCalledByACommandRunInlineAsPartOfIt() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);

            orders.order("a", 2);

            assertThat(context.getBean(Stock.class).amount("a")).isEqualTo(2);
            assertThat(orders.count()).isEqualTo(1);
            assertThat(commands(node)).hasSize(1);
        });
    }

    @Test
    void aCommandCalledByAQueryIsRefused() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);

            assertThatIllegalStateException()
                    .isThrownBy(orders::sneakyQuery)
                    .withMessageContaining("was called inside a query");
            assertThat(commands(context.getBean(SingleMemberNode.class))).isEmpty();
        });
    }

    @Test
    void aLinearizableQueryInsideALocalOneIsRefusedAndInsideALinearizableOneRuns() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);

            assertThatIllegalStateException()
                    .isThrownBy(orders::localThenLinearizable)
                    .withMessageContaining("was called inside a LOCAL one");
            assertThat(orders.linearizableThenBoth()).isZero();
        });
    }

    @Test
    void aCallThroughAnInterfaceOnAJdkProxyIsReplicated() {
        context(JdkCounter.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    Counter counter = context.getBean(Counter.class);

                    assertThat(counter).isNotInstanceOf(JdkCounter.class);
                    assertThat(counter.increment(2)).isEqualTo(2);
                    assertThat(counter.value()).isEqualTo(2);
                    assertThat(commands(context.getBean(SingleMemberNode.class)))
                            .hasSize(1);
                });
    }

    @Test
    void aCallThroughAnInterfaceOnAClassProxyIsReplicated() {
        context(JdkCounter.class).run(context -> {
            Counter counter = context.getBean(Counter.class);

            assertThat(counter).isInstanceOf(JdkCounter.class);
            assertThat(counter.increment(2)).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void annotationsOnAnInterfaceAndTypeVariablesOfASuperclassWork() {
        context(TextLedger.class).run(context -> {
            Ledger<Entry> ledger = context.getBean(TextLedger.class);

            ledger.append(new Entry("a", 1));

            assertThat(ledger.last()).isEqualTo(new Entry("a", 1));
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aRejectionReachesTheCallerAsItIsWithTheCallersOwnStack() {
        runner.run(context -> {
            context.getBean(SingleMemberNode.class)
                    .answerWith(CompletableFuture.failedFuture(new OverloadedException("too much")));

            assertThatExceptionOfType(OverloadedException.class)
                    .isThrownBy(() -> context.getBean(Stock.class).put("a", 1))
                    .satisfies(thrown -> assertThat(thrown.getSuppressed()[0].getStackTrace())
                            .anyMatch(frame -> frame.getClassName().equals(ReplicatedCallsTests.class.getName())));
        });
    }

    @Test
    void anInterruptedCallerLearnsThatTheOutcomeIsUnknownByWhichIdAndStaysInterrupted() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);
            stock.put("a", 1);
            context.getBean(SingleMemberNode.class).answerWith(new CompletableFuture<>());

            Throwable thrown = thrownWhenInterrupted(() -> stock.put("a", 1));

            assertThat(thrown)
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("was interrupted")
                    .hasMessageContaining("Its id is 1-2");
            context.getBean(SingleMemberNode.class).answerWith(null);
            // It is not in the log, and from now on never will be.
            assertThatExceptionOfType(ProposalRejectedException.class)
                    .isThrownBy(((OutcomeUnknownException) thrown)::resolve);
        });
    }

    @Test
    void aCallerThatIsInterruptedBeforeItsCallIsOnItsWayLearnsThatItIsNotApplied() {
        runner.run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            CompletableFuture<byte[]> session = new CompletableFuture<>();
            node.answerWith(session);

            Throwable thrown =
                    thrownWhenInterrupted(() -> context.getBean(Stock.class).put("a", 1));

            assertThat(thrown)
                    .isInstanceOf(ProposalRejectedException.class)
                    .hasMessageContaining("was not on its way to the log yet")
                    .hasMessageContaining("was interrupted");
            node.answerWith(null);
            session.complete(node.propose(openSession(), Duration.ofSeconds(10)).join());
            assertThat(context.getBean(Stock.class).put("a", 10)).isEqualTo(10);
            assertThat(commands(node)).hasSize(1);
        });
    }

    private static byte[] openSession() {
        return LogEntry.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setProposedAtMillis(System.currentTimeMillis())
                .setProposer("n1")
                .setOpenSession(OpenSession.getDefaultInstance())
                .build()
                .toByteArray();
    }

    /** By a call whose thread stays interrupted. */
    private static Throwable thrownWhenInterrupted(Runnable call) throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            Throwable failure = catchThrowable(call::run);
            interrupted.set(Thread.currentThread().isInterrupted());
            thrown.complete(failure);
        });
        caller.start();
        caller.interrupt();
        Throwable failure = thrown.get(30, TimeUnit.SECONDS);
        assertThat(interrupted).isTrue();
        return failure;
    }

    @Test
    void aMemberThatNeverAnswersDoesNotHoldItsCallerForEver() {
        ReplicationSettings impatient = new ReplicationSettings("n1", Duration.ofSeconds(1), Duration.ofMillis(50));
        runner.withAllowBeanDefinitionOverriding(true)
                .withBean("settings", ReplicationSettings.class, () -> impatient)
                .run(context -> {
                    context.getBean(Stock.class).put("a", 1);
                    context.getBean(SingleMemberNode.class).answerWith(new CompletableFuture<>());

                    assertThatExceptionOfType(OutcomeUnknownException.class)
                            .isThrownBy(() -> context.getBean(Stock.class).put("a", 1))
                            .withMessageContaining("gave no answer within 1000ms")
                            .withMessageContaining("Its id is 1-2");
                });
    }

    @Test
    void withoutAMemberCallsAreRefusedAndNothingRunsLocally() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withUserConfiguration(ReplicationConfiguration.class, Stock.class)
                .withBean(
                        ReplicationSettings.class,
                        () -> new ReplicationSettings("", Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .run(context -> {
                    Stock stock = context.getBean(Stock.class);

                    assertThatExceptionOfType(NodeStoppedException.class)
                            .isThrownBy(() -> stock.put("a", 1))
                            .withMessageContaining("raftify.enabled");
                    assertThatExceptionOfType(ReadUnavailableException.class)
                            .isThrownBy(() -> stock.amount("a"))
                            .withMessageContaining("raftify.enabled");
                    assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(stock::queryThread);
                });
    }

    @Test
    void aCallWhileTheApplicationIsStillStartingIsRejected() {
        context(Stock.class, CallsAtConstruction.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(CallsAtConstruction.class).thrown)
                    .isInstanceOf(NodeStoppedException.class)
                    .hasMessageContaining("still starting");
        });
    }

    @Test
    void anUnknownCommandStopsTheMemberAndNamesTheCommand() {
        runner.run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            byte[] entry = LogEntry.newBuilder()
                    .setFormatVersion(WireFormat.VERSION)
                    .setProposer("n2")
                    .setCommand(CommandEnvelope.newBuilder()
                            .setCodec("cbor")
                            .setCommand("stock.burn")
                            .setVersion(1))
                    .build()
                    .toByteArray();

            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> machine.apply(7, 1, entry))
                    .withMessageContaining("'stock.burn'")
                    .withMessageContaining("'n2'")
                    .withMessageContaining("deploy here a version that has the command");
        });
    }

    @Test
    void anEntryThatIsNoCommandOrOfAnotherVersionStopsTheMember() {
        runner.run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            byte[] newer = LogEntry.newBuilder()
                    .setFormatVersion(WireFormat.VERSION + 1)
                    .setCommand(CommandEnvelope.newBuilder().setCommand("stock.put"))
                    .build()
                    .toByteArray();

            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> machine.apply(7, 1, new byte[] {1, 2, 3}));
            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> machine.apply(7, 1, newer))
                    .withMessageContaining("format version 3");
        });
    }

    @Test
    void anErrorInACommandStopsTheMemberAndItsStateIsReadNoMore() {
        runner.run(context -> {
            Stock stock = context.getBean(Stock.class);
            stock.put("a", 1);

            assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(() -> stock.fail("error"));

            assertThat(context.getBean(SingleMemberNode.class).status().failure())
                    .isNotNull();
            assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(stock::queryThread);
        });
    }

    @Test
    void listenersLearnTheFateOfEveryCommand() {
        ReplicationSettings impatient = new ReplicationSettings("n1", Duration.ofSeconds(1), Duration.ofSeconds(1));
        runner.withUserConfiguration(Listening.class)
                .withAllowBeanDefinitionOverriding(true)
                .withBean("settings", ReplicationSettings.class, () -> impatient)
                .run(context -> {
                    Stock stock = context.getBean(Stock.class);
                    List<String> heard = context.getBean(Listening.class).heard;

                    stock.put("a", 1);
                    assertThatExceptionOfType(OutOfStockException.class).isThrownBy(() -> stock.take("b", 1));
                    SingleMemberNode node = context.getBean(SingleMemberNode.class);
                    node.answerWith(CompletableFuture.failedFuture(new OverloadedException("too much")));
                    assertThatExceptionOfType(OverloadedException.class).isThrownBy(() -> stock.put("a", 1));
                    node.answerWith(CompletableFuture.failedFuture(new OutcomeUnknownException("who knows")));
                    assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> stock.put("a", 1));

                    // A caller whose deadline is over does not wait for what listeners are told.
                    await().atMost(Duration.ofSeconds(30)).until(() -> heard.size() == 4);
                    assertThat(heard)
                            .containsExactly(
                                    "stock.put " + Fate.VALUE,
                                    "stock.take " + Fate.EXCEPTION,
                                    "stock.put " + Fate.REJECTED,
                                    "stock.put " + Fate.UNKNOWN);
                });
    }

    @Test
    void aQueryNeverSeesHalfACommandThatSpansTwoBeans() {
        runner.run(context -> {
            Orders orders = context.getBean(Orders.class);
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger seen = new AtomicInteger();
            CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    assertThat(orders.difference()).isZero();
                    seen.incrementAndGet();
                }
            });

            // A busy machine may not have begun to read before the last command is applied.
            await().atMost(Duration.ofSeconds(30)).until(() -> seen.get() > 0 || reader.isDone());
            for (int i = 0; i < 2_000; i++) {
                orders.order("a", 1);
            }
            done.set(true);
            reader.join();

            assertThat(seen).hasPositiveValue();
            assertThat(orders.count()).isEqualTo(2_000);
        });
    }

    static class Stock {
        @ReplicatedState
        private final Map<String, Integer> amounts = new HashMap<>();

        @ReplicatedState
        private int attempts;

        @ReplicatedState
        private List<String> remembered = List.of();

        @ReplicatedCommand("stock.put")
        public int put(String item, int amount) {
            return amounts.merge(item, amount, Integer::sum);
        }

        @ReplicatedCommand("stock.put-and-show")
        Map<String, Integer> putAndShow(String item, int amount) {
            put(item, amount);
            return amounts;
        }

        @ReplicatedCommand("stock.take")
        public int take(String item, int amount) {
            attempts++;
            if (amounts.getOrDefault(item, 0) < amount) {
                throw new OutOfStockException("no " + item);
            }
            return amounts.merge(item, -amount, Integer::sum);
        }

        @ReplicatedCommand("stock.fail")
        public void fail(String kind) throws IOException {
            switch (kind) {
                case "checked" -> throw new FileNotFoundException("gone");
                case "undeclared" -> Stock.<RuntimeException>sneak(new Exception(kind));
                case "odd constructor" -> throw new OddException(1);
                case "of the member" -> throw new OverloadedException(kind);
                case "no message" -> throw new IllegalStateException();
                case "long" -> throw new IllegalStateException("x".repeat(100_000));
                case "bare" -> throw new BareException();
                case "error" -> throw new LinkageError(kind);
                default -> throw new AssertionError(kind);
            }
        }

        @SuppressWarnings("unchecked")
        private static <E extends Exception> void sneak(Exception checked) throws E {
            throw (E) checked;
        }

        @ReplicatedCommand("stock.loop")
        public Loop loop() {
            Loop loop = new Loop();
            loop.self = loop;
            return loop;
        }

        @ReplicatedCommand("stock.fickle")
        public void fickle(Fickle fickle) {}

        @ReplicatedCommand("stock.remember")
        public void remember(List<String> what) {
            remembered = what;
        }

        @ReplicatedQuery
        public List<String> remembered() {
            return List.copyOf(remembered);
        }

        @ReplicatedCommand("stock.thread")
        public String commandThread() {
            return Thread.currentThread().getName();
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public String queryThread() {
            return Thread.currentThread().getName();
        }

        @ReplicatedQuery
        public int amount(String item) {
            return amounts.getOrDefault(item, 0);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int localAmount() {
            return amounts.getOrDefault("a", 0);
        }

        @ReplicatedQuery
        public int attempts() {
            return attempts;
        }
    }

    static class Orders {
        @ReplicatedState
        private int count;

        @Autowired
        private ObjectProvider<Stock> stock;

        @ReplicatedCommand("orders.order")
        public void order(String item, int amount) {
            count++;
            stock.getObject().put(item, amount);
            assertThat(stock.getObject().amount(item)).isGreaterThanOrEqualTo(amount);
        }

        @ReplicatedQuery
        public int count() {
            return count;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int difference() {
            return count - stock.getObject().localAmount();
        }

        @ReplicatedQuery
        public int sneakyQuery() {
            return stock.getObject().put("a", 1);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int localThenLinearizable() {
            return stock.getObject().amount("a");
        }

        @ReplicatedQuery
        public int linearizableThenBoth() {
            return stock.getObject().amount("a") + stock.getObject().localAmount();
        }
    }

    interface Counter {
        int increment(int by);

        int value();
    }

    static class JdkCounter implements Counter {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("counter.increment")
        public int increment(int by) {
            return value += by;
        }

        @Override
        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    interface Ledger<E> {
        @ReplicatedCommand("ledger.append")
        void append(E entry);

        @ReplicatedQuery
        E last();
    }

    abstract static class AbstractLedger<E> implements Ledger<E> {
        @ReplicatedState
        private final List<E> entries = new ArrayList<>();

        @Override
        public void append(E entry) {
            entries.add(entry);
        }

        @Override
        public E last() {
            return entries.get(entries.size() - 1);
        }
    }

    record Entry(String text, int number) {}

    static class TextLedger extends AbstractLedger<Entry> {}

    static class OutOfStockException extends RuntimeException {
        OutOfStockException(String message) {
            super(message);
        }
    }

    static class OddException extends RuntimeException {
        OddException(int odd) {
            super("odd constructor");
        }
    }

    static class BareException extends RuntimeException {}

    static class Loop {
        @Nullable Loop self;
    }

    record Fickle(int[] value) {
        Fickle(int value) {
            this(new int[] {value});
        }

        Fickle {
            if (value[0] < 0) {
                throw new IllegalArgumentException("spoilt");
            }
        }

        void spoil() {
            value[0] = -1;
        }
    }

    static class CallsAtConstruction {
        @Nullable RuntimeException thrown;

        CallsAtConstruction(Stock stock) {
            try {
                stock.put("a", 1);
            } catch (RuntimeException failure) {
                thrown = failure;
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Bean
        CommandListener listener() {
            return (command, fate, duration) -> {
                assertThat(duration).isPositive();
                heard.add(command + " " + fate);
            };
        }
    }
}
