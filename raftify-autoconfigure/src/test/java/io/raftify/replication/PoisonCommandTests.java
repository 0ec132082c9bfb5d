package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Verdict;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.testnode.SingleMemberNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Commands that end badly, or not at all. */
@ExtendWith(OutputCaptureExtension.class)
class PoisonCommandTests {

    enum Poison {
        CHECKED,
        UNCHECKED,
        ASSERTION,
        ERROR,
        STACK_OVERFLOW,
        MESSAGE_THAT_THROWS,
        RESULT_THAT_CANNOT_BE_WRITTEN
    }

    @ParameterizedTest
    @EnumSource
    void whateverACommandThrowsItsCallerIsToldNothingIsChangedAndTheNextOneIsApplied(Poison poison) {
        context(Cabinet.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);
            cabinet.put("a", 1);

            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> cabinet.spoil(poison))
                    .isNotInstanceOf(ProposalRejectedException.class);

            assertThat(cabinet.content()).isEqualTo("{a=1} [a] 1 null");
            assertThat(cabinet.put("b", 2)).isEqualTo(2);
            assertThat(context.getBean(SingleMemberNode.class).status().failure())
                    .isNull();
        });
    }

    @Test
    void anErrorComesBackWithItsNameAndMessage() {
        context(Cabinet.class)
                .run(context -> assertThatExceptionOfType(RemoteCommandException.class)
                        .isThrownBy(() -> context.getBean(Cabinet.class).spoil(Poison.ASSERTION))
                        .satisfies(thrown -> assertThat(thrown.originalType()).isEqualTo("java.lang.AssertionError"))
                        .withMessageContaining("must not be"));
    }

    @Test
    void theCauseOfABusinessExceptionComesBackWithItsMessage() {
        context(Cabinet.class)
                .run(context -> assertThatExceptionOfType(UncheckedIOException.class)
                        .isThrownBy(() -> context.getBean(Cabinet.class).spoil(Poison.UNCHECKED))
                        .withMessage("spoilt")
                        .havingCause()
                        .isInstanceOf(IOException.class)
                        .withMessage("no more ink"));
    }

    @Test
    void aCommandThatInterruptsItsThreadDoesNotDisturbTheNextOne() {
        context(Cabinet.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);

            assertThat(cabinet.interrupted(true)).isFalse();
            assertThat(cabinet.interrupted(false)).isFalse();
        });
    }

    @Test
    void aHeapThatIsFullStopsThisMemberSinceItIsFullHereAlone() {
        context(Cabinet.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);

            assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(cabinet::exhaust);
            assertThat(context.getBean(SingleMemberNode.class).status().failure())
                    .contains("no heap");
        });
    }

    /** Before it lets queries in again, not when whoever called it hears of the failure. */
    @Test
    void theStateOfACommandThatFailsThisMemberIsCondemnedBeforeTheNextQueryCanSeeIt() {
        context(Cabinet.class).run(context -> {
            ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);
            CommandApplication application = new CommandApplication(beans, beans.watch());
            CommandApplication.Prepared exhaust = application.prepare(
                    1,
                    "n1",
                    CommandEnvelope.newBuilder()
                            .setCommand("cabinet.exhaust")
                            .setVersion(1)
                            .setCodec(CborCommandCodec.ID)
                            .setPayload(ByteString.copyFrom(new byte[] {(byte) 0x80}))
                            .build(),
                    Verdict.COUNTS);

            assertThatExceptionOfType(MemberBreakdownError.class)
                    .isThrownBy(() -> application.run(
                            exhaust, new AppliedContext(1, 1, 0, "1-1", "n1", new byte[16]), Verdict.COUNTS));

            assertThat(beans.gate().broken()).contains("entry 1").contains("java.lang.OutOfMemoryError");
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(() -> context.getBean(Cabinet.class).spoilt());
        });
    }

    @Test
    void aCommandThatWaitsForAQueryIsNotReportedAsOneThatDoesNotEnd(CapturedOutput output) {
        context(Cabinet.class, Impatient.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);
            cabinet.put("a", 1);
            CompletableFuture<@Nullable Void> query = CompletableFuture.runAsync(cabinet::look);
            Cabinet itself = (Cabinet) BeanCheck.target(cabinet);
            await().atMost(Duration.ofSeconds(10)).until(() -> itself.looks);
            CompletableFuture<@Nullable Void> call = CompletableFuture.runAsync(() -> cabinet.put("b", 2));
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(output).contains("cabinet.put").contains("query"));
            assertThat(output).doesNotContain("has been running");
            assertThat(machine.inProgress()).isNull();

            itself.mayEnd.countDown();
            assertThat(query).succeedsWithin(Duration.ofSeconds(10));
            assertThat(call).isNotNull();
        });
    }

    @Test
    void whatACommandChangedInAFieldWithoutRollbackBeforeItThrewStaysChanged() {
        context(Cabinet.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(Exception.class).isThrownBy(() -> cabinet.spoil(Poison.CHECKED));
            }

            assertThat(cabinet.spoilt()).isEqualTo(3);
        });
    }

    @Test
    void aCommandThatDoesNotEndIsReportedWithWhatItDoesAndOneThatDoesIsNot(CapturedOutput output) {
        context(Cabinet.class, Impatient.class).run(context -> {
            Cabinet cabinet = context.getBean(Cabinet.class);
            cabinet.put("a", 1);
            CompletableFuture<@Nullable Void> call = CompletableFuture.runAsync(cabinet::hang);
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(output).contains("cabinet.hang", "Cabinet.hang(PoisonCommandTests"));
            assertThat(machine.inProgress()).isNotNull();
            assertThat(machine.inProgress().command()).isEqualTo("cabinet.hang");
            ((Cabinet) BeanCheck.target(cabinet)).mayEnd.countDown();
            await().atMost(Duration.ofSeconds(10)).until(() -> machine.inProgress() == null);

            assertThat(output).doesNotContain("The command 'cabinet.put'");
            assertThat(call).isNotNull();
        });
    }

    static class Cabinet {

        @ReplicatedState
        private final Map<String, Integer> drawers = new LinkedHashMap<>();

        @ReplicatedState
        private final List<String> order = new ArrayList<>();

        @ReplicatedState
        private int count;

        @ReplicatedState
        private @Nullable String label;

        @ReplicatedState(rollback = false)
        private int spoilt;

        private final CountDownLatch mayEnd = new CountDownLatch(1);

        private volatile boolean looks;

        @ReplicatedCommand("cabinet.put")
        public int put(String drawer, int value) {
            drawers.put(drawer, value);
            order.add(drawer);
            return ++count;
        }

        @ReplicatedCommand("cabinet.spoil")
        public List<Integer> spoil(Poison poison) throws IOException {
            drawers.put("poison", 1);
            drawers.remove("a");
            order.clear();
            count = -1;
            label = "spoilt";
            spoilt++;
            return switch (poison) {
                case CHECKED -> throw new IOException("spoilt");
                case UNCHECKED -> throw new UncheckedIOException("spoilt", new IOException("no more ink"));
                case ASSERTION -> throw new AssertionError("must not be");
                case ERROR -> throw new Error("an error");
                case STACK_OVERFLOW -> List.of(depth(0));
                case MESSAGE_THAT_THROWS -> throw new Speechless();
                case RESULT_THAT_CANNOT_BE_WRITTEN -> new Unwritable();
            };
        }

        private static int depth(int depth) {
            return depth(depth + 1) + 1;
        }

        @ReplicatedCommand("cabinet.interrupted")
        public boolean interrupted(boolean interrupt) {
            boolean before = Thread.currentThread().isInterrupted();
            if (interrupt) {
                Thread.currentThread().interrupt();
            }
            return before;
        }

        @ReplicatedCommand("cabinet.exhaust")
        public void exhaust() {
            throw new OutOfMemoryError("no heap");
        }

        @ReplicatedCommand("cabinet.hang")
        public void hang() {
            try {
                mayEnd.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** Does not end until it may, and every command waits. */
        @ReplicatedQuery(ReadConsistency.LOCAL)
        public void look() {
            looks = true;
            try {
                mayEnd.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @ReplicatedQuery
        public String content() {
            return drawers + " " + order + " " + count + " " + label;
        }

        @ReplicatedQuery
        public int spoilt() {
            return spoilt;
        }
    }

    static class Speechless extends RuntimeException {

        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }

    static class Unwritable extends ArrayList<Integer> {

        @Override
        public java.util.Iterator<Integer> iterator() {
            throw new IllegalStateException("not to be looked at");
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Integer get(int index) {
            throw new IllegalStateException("not to be looked at");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Impatient {

        @Bean
        @Primary
        ReplicationSettings impatientSettings() {
            return new ReplicationSettings("n1", Duration.ofMillis(300), Duration.ofSeconds(60));
        }
    }
}
