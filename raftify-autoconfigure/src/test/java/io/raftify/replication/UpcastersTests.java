package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.WireFormat;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.node.ArrayNode;

/** Entries of earlier versions of a command. */
@ExtendWith(OutputCaptureExtension.class)
class UpcastersTests {

    private static final CborCommandCodec CODEC = new CborCommandCodec(new CborFormat());

    private final ApplicationContextRunner upcasting = context(Orders.class, FromFirst.class, FromSecond.class);

    @Test
    void anEntryOfTheFirstVersionIsBroughtUpStepByStepToTheThird() {
        upcasting.run(context -> {
            apply(context.getBean(ReplicatedStateMachine.class), 1, "chair", new BigDecimal("19.90"));
            apply(context.getBean(ReplicatedStateMachine.class), 2, "table", new BigDecimal("120.00"), "EUR");
            context.getBean(Orders.class).place("EUR", "lamp", new BigDecimal("5"), List.of("fragile"));

            assertThat(target(context.getBean(Orders.class)).placed)
                    .containsExactly("chair 19.90 EUR []", "table 120.00 EUR []", "lamp 5 EUR [fragile]");
        });
    }

    @Test
    void whatIsInATreeComesOutOfItAsItWentIn() {
        context(Texts.class, FromFirstOfTexts.class).run(context -> {
            String half = "half of a pair \ud83d";
            byte[] bytes = {0, 1, (byte) 0xff};
            ReplicatedMethod before =
                    ReplicatedMethod.of("texts.add", 1, null, "texts", Texts.class, method(Texts.class, "before"));
            apply(
                    context.getBean(ReplicatedStateMachine.class),
                    before,
                    half,
                    bytes,
                    Long.MAX_VALUE,
                    0.1f,
                    0.1,
                    new BigDecimal("1.10"),
                    null);

            assertThat(target(context.getBean(Texts.class)).added)
                    .containsExactly(half + " [0, 1, -1] " + Long.MAX_VALUE + " 0.1 0.1 1.10 null added");
        });
    }

    @Test
    void withoutAWayFromItsVersionAnEntryIsNotAppliedAndTheStartHadWarned(CapturedOutput output) {
        context(Orders.class, FromSecond.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> apply(machine, 1, "chair", new BigDecimal("19.90")))
                    .withMessageContaining("'orders.place' version 1, this application has version 3")
                    .withMessageContaining("no CommandUpcaster leads on from version 1");
            apply(machine, 2, "table", new BigDecimal("120.00"), "EUR");
            assertThat(target(context.getBean(Orders.class)).placed).containsExactly("table 120.00 EUR []");
            assertThat(output.getOut()).contains("no CommandUpcaster leads there from version 1");
        });
    }

    @Test
    void anEntryOfALaterVersionIsNotApplied() {
        upcasting.run(context -> assertThatExceptionOfType(UnsupportedEntryException.class)
                .isThrownBy(() -> apply(context.getBean(ReplicatedStateMachine.class), 4, "chair"))
                .withMessageContaining("'orders.place' version 4, this application has version 3: deploy here"));
    }

    @Test
    void anUpcasterThatFailsOrReturnsWhatDoesNotFitTouchesNothing() {
        context(Orders.class, FromSecond.class, Failing.class).run(context -> {
            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> apply(context.getBean(ReplicatedStateMachine.class), 1, "chair", BigDecimal.ONE))
                    .withMessageContaining("The upcaster 'failing' from version 1 failed")
                    .withMessageContaining("no such currency");
            assertThat(target(context.getBean(Orders.class)).placed).isEmpty();
        });
        context(Orders.class, FromFirst.class, Misfit.class).run(context -> {
            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> apply(context.getBean(ReplicatedStateMachine.class), 1, "chair", BigDecimal.ONE))
                    .withMessageContaining("brought up from version 1")
                    .withMessageContaining("Argument 3 of command 'orders.place'");
            assertThat(target(context.getBean(Orders.class)).placed).isEmpty();
        });
    }

    @Test
    void anUpcasterThatLeadsNowhereIsRefusedAtTheStart() {
        assertRefused(CommandUpcaster.of("orders.plaice", 1, same -> same), "'orders.plaice'", "does not have");
        assertRefused(CommandUpcaster.of("orders.place", 3, same -> same), "begins at version 3", "from 1 to 2");
        assertRefused(CommandUpcaster.of("orders.place", 0, same -> same), "begins at version 0", "from 1 to 2");
        assertRefused(CommandUpcaster.of("orders.place", 2, same -> same), "as the bean 'fromSecond' does", "Keep one");
    }

    private static void assertRefused(CommandUpcaster upcaster, String problem, String remedy) {
        context(Orders.class, FromSecond.class)
                .withInitializer(context -> ((GenericApplicationContext) context)
                        .registerBean("wrong", CommandUpcaster.class, () -> upcaster))
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .isInstanceOf(ReplicatedBeanException.class)
                        .hasMessageContaining("'wrong'")
                        .hasMessageContaining(problem)
                        .hasMessageContaining(remedy));
    }

    /** The object behind its proxy, whose fields are its own. */
    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    /** As the build with that version wrote it. */
    private static void apply(ReplicatedStateMachine machine, int version, Object... arguments) {
        ReplicatedMethod then = ReplicatedMethod.of(
                "orders.place", version, null, "orders", Orders.class, method(Orders.class, "version" + version));
        apply(machine, then, arguments);
    }

    private static void apply(ReplicatedStateMachine machine, ReplicatedMethod then, @Nullable Object... arguments) {
        byte[] entry = LogEntry.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setProposer("n2")
                .setCommand(CommandEnvelope.newBuilder()
                        .setCodec("cbor")
                        .setCommand(then.command())
                        .setVersion(then.version())
                        .setPayload(ByteString.copyFrom(CODEC.encodeCall(then, arguments))))
                .build()
                .toByteArray();
        machine.apply(100 + then.version(), 1, entry);
    }

    private static java.lang.reflect.Method method(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static class Orders {

        @ReplicatedState
        private final List<String> placed = new ArrayList<>();

        @ReplicatedCommand(value = "orders.place", version = 3)
        public void place(String currency, String what, BigDecimal price, List<String> notes) {
            placed.add(what + " " + price + " " + currency + " " + notes);
        }

        void version1(String what, BigDecimal price) {}

        void version2(String what, BigDecimal price, String currency) {}

        void version4(String what) {}
    }

    static class Texts {

        @ReplicatedState
        private final List<String> added = new ArrayList<>();

        @ReplicatedCommand(value = "texts.add", version = 2)
        public void add(
                String text,
                byte[] bytes,
                long number,
                float small,
                double large,
                BigDecimal exact,
                @Nullable String nothing,
                String last) {
            added.add(text + " " + Arrays.toString(bytes) + " " + number + " " + small + " " + large + " " + exact + " "
                    + nothing + " " + last);
        }

        void before(
                String text,
                byte[] bytes,
                long number,
                float small,
                double large,
                BigDecimal exact,
                @Nullable String nothing) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class FromFirstOfTexts {

        @Bean
        CommandUpcaster fromFirst() {
            return CommandUpcaster.of("texts.add", 1, arguments -> arguments.add("added"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FromFirst {

        @Bean
        CommandUpcaster fromFirst() {
            return CommandUpcaster.of("orders.place", 1, arguments -> arguments.add("EUR"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FromSecond {

        @Bean
        CommandUpcaster fromSecond() {
            return CommandUpcaster.of("orders.place", 2, arguments -> {
                ArrayNode reordered = arguments.arrayNode();
                reordered.add(arguments.get(2)).add(arguments.get(0)).add(arguments.get(1));
                reordered.addArray();
                return reordered;
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Failing {

        @Bean
        CommandUpcaster failing() {
            return CommandUpcaster.of("orders.place", 1, arguments -> {
                throw new IllegalStateException("no such currency");
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Misfit {

        @Bean
        CommandUpcaster misfit() {
            return CommandUpcaster.of("orders.place", 2, arguments -> arguments);
        }
    }
}
