package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.state.LibraryState;
import io.raftify.replication.state.StateImage;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A snapshot that another version of the application wrote. */
@ExtendWith(OutputCaptureExtension.class)
class StateEvolutionTests {

    @Test
    void aFieldThatWasRenamedGetsWhatItsFormerNameHad(CapturedOutput output) {
        byte[] snapshot = written(Former.class, former -> former.stock.put("a", 1));

        restored(
                Renamed.class,
                snapshot,
                renamed -> assertThat(renamed.inventory).containsExactly(Map.entry("a", 1)));

        assertThat(output).contains("'inventory' of bean 'bean' gets what the snapshot has of 'stock'");
    }

    @Test
    void aFieldsOwnNameGoesBeforeItsFormerOneAndWhatIsLeftIsReported(CapturedOutput output) {
        byte[] snapshot = written(Both.class, both -> {
            both.stock.put("former", 1);
            both.inventory.put("own", 2);
        });

        restored(
                Renamed.class,
                snapshot,
                renamed -> assertThat(renamed.inventory).containsExactly(Map.entry("own", 2)));

        assertThat(output).contains("no field any more: 'stock', a java.util.Map<java.lang.String, java.lang.Integer>");
    }

    @Test
    void typesThatHoldAllThatWasWrittenReadIt() {
        byte[] snapshot = written(Former.class, former -> {
            former.number = 5;
            former.ratio = 1.5f;
            former.list.add("x");
            former.byNumber.put(7, "seven");
            former.stock.put("b", 1);
            former.stock.put("a", 2);
            former.counter = 6;
        });

        restored(Wider.class, snapshot, wider -> {
            assertThat(wider.number).isEqualTo(5);
            assertThat(wider.ratio).isEqualTo(1.5);
            assertThat(wider.list).containsExactly("x");
            assertThat(wider.byNumber).containsExactly(Map.entry(7L, "seven"));
            assertThat(wider.stock)
                    .as("as the new version has it")
                    .isInstanceOf(TreeMap.class)
                    .containsExactly(Map.entry("a", 2L), Map.entry("b", 1L));
            assertThat(wider.counter).hasValue(6);
        });
    }

    @Test
    void aNumberThatTheNewTypeDoesNotHoldIsRefusedWithBothTypesAndNothingIsChanged() {
        byte[] snapshot = written(Wider.class, wider -> wider.number = 1L << 40);

        refused(Former.class, snapshot, "'number' of bean 'bean' was written as long and cannot be read as int");
    }

    @Test
    void aFractionIsNotCutOff() {
        byte[] snapshot = written(Fraction.class, fraction -> fraction.number = 1.5);

        refused(Former.class, snapshot, "'number' of bean 'bean' was written as double and cannot be read as int");
    }

    @Test
    void textIsNotTakenForANumber() {
        byte[] snapshot = written(Text.class, text -> text.number = "");

        refused(Former.class, snapshot, "'number' of bean 'bean' was written as java.lang.String and cannot be read");
    }

    @Test
    void partsOfARecordThatCameOrWentAreReportedWithBothForms(CapturedOutput output) {
        byte[] snapshot = written(Sales.class, sales -> sales.sales.add(new Sale("ann", 500)));

        restored(
                LaterSales.class,
                snapshot,
                later -> assertThat(later.sales).containsExactly(new LaterSale("ann", null)));

        assertThat(output)
                .contains("Sale{customer: java.lang.String, cents: long}")
                .contains("LaterSale{customer: java.lang.String, currency: java.lang.String}");
    }

    @Test
    void aBeanThatIsGoneIsRefusedWithTheRemedyForARenamedOne() {
        byte[][] snapshot = new byte[1][];
        context().withBean("bean", Former.class).run(context -> {
            context.getBean(Former.class).any();
            snapshot[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });

        context()
                .withBean("renamedBean", Former.class)
                .run(context -> assertThatExceptionOfType(UnsupportedEntryException.class)
                        .isThrownBy(
                                () -> context.getBean(SingleMemberNode.class).restore(snapshot[0]))
                        .withMessageContaining("@Component(\"bean\")"));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                FormerIsPresent.class,
                FormerIsItself.class,
                FormerTwice.class,
                FormerOfTwo.class,
                FormerBlank.class
            })
    void formerNamesThatContradictEachOtherAreRefusedAtTheStart(Class<?> type) {
        context()
                .withBean("bean", type)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(ReplicatedBeanException.class, refusal -> {
                            assertThat(refusal.problem())
                                    .startsWith("The field '")
                                    .contains("formerly called");
                            assertThat(refusal.remedy()).isNotBlank();
                        }));
    }

    @Test
    void aPartOfTheLibraryThatThisVersionDoesNotKnowIsRefused() throws IOException {
        context().withBean("bean", Former.class).run(context -> {
            ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);
            byte[] snapshot = bytes(new StateImage(beans.state(), List.of(new Part("sessions"), new Part("leases"))));

            assertThatIOException()
                    .isThrownBy(() -> restore(new StateImage(beans.state(), List.of(new Part("sessions"))), snapshot))
                    .withMessageContaining("[leases] of the library");
        });
    }

    @Test
    void whatIsTheLibrarysIsRestoredWithTheBeansOrNotAtAll() {
        context().withBean("bean", Former.class).run(context -> {
            ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);
            Former bean = (Former) BeanCheck.target(context.getBean(Former.class));
            Part first = new Part("first");
            Part second = new Part("second");
            StateImage image = new StateImage(beans.state(), List.of(first, second));
            first.value = 1;
            second.value = 2;
            bean.number = 3;
            byte[] snapshot = bytes(image);
            first.value = 0;
            second.value = 0;
            bean.number = 0;

            second.unreadable = true;
            assertThatIOException().isThrownBy(() -> restore(image, snapshot)).withMessage("unreadable");
            assertThat(List.of(first.value, second.value, bean.number)).containsOnly(0);

            second.unreadable = false;
            restore(image, snapshot);
            assertThat(List.of(first.value, second.value, bean.number)).containsExactly(1, 2, 3);
        });
    }

    private static byte[] bytes(StateImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        image.capture().writeTo(out);
        return out.toByteArray();
    }

    private static void restore(StateImage image, byte[] snapshot) throws IOException {
        image.read(() -> new java.io.ByteArrayInputStream(snapshot)).putInPlace();
    }

    private static <T> byte[] written(Class<T> type, Consumer<T> filling) {
        byte[][] snapshot = new byte[1][];
        context().withBean("bean", type).run(context -> {
            filling.accept(type.cast(BeanCheck.target(context.getBean(type))));
            snapshot[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });
        return snapshot[0];
    }

    private static <T> void restored(Class<T> type, byte[] snapshot, Consumer<T> seen) {
        context().withBean("bean", type).run(context -> {
            context.getBean(SingleMemberNode.class).restore(snapshot);
            seen.accept(type.cast(BeanCheck.target(context.getBean(type))));
        });
    }

    private static void refused(Class<Former> type, byte[] snapshot, String message) {
        context().withBean("bean", type).run(context -> {
            Former bean = (Former) BeanCheck.target(context.getBean(type));
            bean.stock.put("mine", 1);
            bean.number = 9;

            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(snapshot))
                    .withMessageContaining(message);

            assertThat(bean.stock).containsExactly(Map.entry("mine", 1));
            assertThat(bean.number).isEqualTo(9);
        });
    }

    static class Former {

        @ReplicatedState
        final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        int number;

        @ReplicatedState
        float ratio;

        @ReplicatedState
        final List<String> list = new ArrayList<>();

        @ReplicatedState
        final Map<Integer, String> byNumber = new HashMap<>();

        @ReplicatedState
        long counter;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class Renamed {

        @ReplicatedState(formerly = {"goods", "stock"})
        final Map<String, Integer> inventory = new HashMap<>();

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class Both {

        @ReplicatedState
        final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        final Map<String, Integer> inventory = new HashMap<>();

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class Wider {

        @ReplicatedState
        final Map<String, Long> stock = new TreeMap<>();

        @ReplicatedState
        long number;

        @ReplicatedState
        double ratio;

        @ReplicatedState
        final java.util.Set<String> list = new java.util.LinkedHashSet<>();

        @ReplicatedState
        final Map<Long, String> byNumber = new LinkedHashMap<>();

        @ReplicatedState
        final AtomicLong counter = new AtomicLong();

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class Fraction {

        @ReplicatedState
        double number;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class Text {

        @ReplicatedState
        @Nullable String number;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    record Sale(String customer, long cents) {}

    record LaterSale(String customer, @Nullable String currency) {}

    static class Sales {

        @ReplicatedState
        final List<Sale> sales = new ArrayList<>();

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class LaterSales {

        @ReplicatedState
        final List<LaterSale> sales = new ArrayList<>();

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FormerIsPresent extends Former {

        @ReplicatedState(formerly = "number")
        int count;
    }

    static class FormerIsItself {

        @ReplicatedState(formerly = "count")
        int count;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FormerTwice {

        @ReplicatedState(formerly = {"a", "a"})
        int count;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FormerOfTwo {

        @ReplicatedState(formerly = "a")
        int count;

        @ReplicatedState(formerly = "a")
        int number;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FormerBlank {

        @ReplicatedState(formerly = " ")
        int count;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    private static final class Part implements LibraryState {

        private final String name;
        private int value;
        private boolean unreadable;

        Part(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeInt(value);
        }

        @Override
        public Runnable read(DataInputStream in) throws IOException {
            if (unreadable) {
                throw new IOException("unreadable");
            }
            int read = in.readInt();
            return () -> value = read;
        }
    }
}
