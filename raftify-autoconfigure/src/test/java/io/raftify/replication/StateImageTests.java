package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateImageTests {

    @Test
    void everyKindOfFieldIsRestoredInAnotherContext() throws Exception {
        byte[] snapshot = snapshotOf(Everything.class, StateImageTests::fill);

        context(Everything.class).run(context -> {
            Everything bean = target(context.getBean(Everything.class));
            Map<Seat, String> map = bean.byRecord;
            bean.byRecord.put(new Seat("Z", 9), "to go");
            bean.list.add("to go");

            context.getBean(SingleMemberNode.class).restore(snapshot);

            assertThat(bean.byRecord).isSameAs(map).containsExactly(Map.entry(new Seat("A", 1), "ann"));
            assertThat(bean.list).containsExactly("x", null, "y");
            assertThat(bean.concurrent).isInstanceOf(ConcurrentHashMap.class).containsEntry("k", 1L);
            assertThat(bean.sorted).as("its own comparator").containsExactly("b", "a");
            assertThat(bean.copyOnWrite).containsExactly(1, 2);
            assertThat(List.copyOf(bean.queue)).containsExactly(3);
            assertThat(bean.replaced).isEqualTo(Set.of("r"));
            assertThat(bean.nothing).isNull();
            assertThat(bean.startedAsNull).containsExactly(Map.entry("n", 1));
            assertThat(bean.tree).isInstanceOf(TreeMap.class).containsEntry("t", Optional.of("v"));
            assertThat(bean.number).isEqualTo(5);
            assertThat(bean.seat).isEqualTo(new Seat("B", 2));
            assertThat(bean.ranked).as("its own comparator").containsExactly(Map.entry("b", 2), Map.entry("a", 1));
            assertThat(bean.waiting).containsExactly("first", "second");
            assertThat(bean.sequence).hasValue(7);
            assertThat(bean.small).hasValue(8);
            assertThat(bean.open).isTrue();
            assertThat(bean.best).hasValue(new Seat("C", 3));
            assertThat(bean.added.sum()).isEqualTo(11);
            assertThat(bean.replacedHolder).hasValue(12);
            assertThat(bean.inherited).isEqualTo("i");
        });
    }

    @Test
    void aRestoredMemberAgreesWithTheOneThatWroteTheSnapshot() throws Exception {
        byte[] snapshot = snapshotOf(Everything.class, StateImageTests::fill);

        context(Everything.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.restore(snapshot);

            assertThat(node.writeSnapshot()).isEqualTo(snapshot);
        });
    }

    @Test
    void aSnapshotKeepsTheStateAsItWasWhenItWasTaken() {
        context(Counter.class).run(context -> {
            Counter counter = context.getBean(Counter.class);
            counter.add(1);
            var snapshot = context.getBean(ReplicatedStateMachine.class).snapshot();
            counter.add(1);
            var out = new ByteArrayOutputStream();
            snapshot.writeTo(out);

            context.getBean(SingleMemberNode.class).restore(out.toByteArray());

            assertThat(target(counter).count).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 9, 20, 40, -1, -20, -33, -40})
    void aFlippedBitIsFoundAndNothingIsTouched(int position) throws Exception {
        byte[] snapshot = snapshotOf(Everything.class, StateImageTests::fill);
        int index = position >= 0 ? position : snapshot.length + position;
        byte[] damaged = snapshot.clone();
        damaged[index] ^= 0x10;

        assertRefusedUntouched(damaged, "damaged");
    }

    @Test
    void aSnapshotCutShortIsFoundAndNothingIsTouched() throws Exception {
        byte[] snapshot = snapshotOf(Everything.class, StateImageTests::fill);

        assertRefusedUntouched(Arrays.copyOf(snapshot, snapshot.length - 1), "damaged");
        assertRefusedUntouched(new byte[5], "cut short");
    }

    @Test
    void aValueThatDoesNotFitItsFieldAnyMoreIsFoundBeforeAnyBeanIsTouched() throws Exception {
        byte[] snapshot = snapshotOf(FirstThenText.class, bean -> {
            bean.first.add("from the snapshot");
            bean.second = "text";
        });

        context().withBean("bean", FirstThenNumber.class).run(context -> {
            FirstThenNumber bean = target(context.getBean(FirstThenNumber.class));
            bean.first.add("mine");

            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(snapshot))
                    .withMessageContaining("field 'second' of bean 'bean'")
                    .withMessageContaining("was written as java.lang.String and cannot be read as int");
            assertThat(bean.first).containsExactly("mine");
        });
    }

    @Test
    void aContainerThatBecameAValueIsRefused() throws Exception {
        byte[] snapshot = snapshotOf(FirstThenText.class, bean -> bean.second = "text");

        context()
                .withBean("bean", FirstIsNumber.class)
                .run(context -> assertThatIOException()
                        .isThrownBy(
                                () -> context.getBean(SingleMemberNode.class).restore(snapshot))
                        .withMessageContaining("FirstIsNumber.first")
                        .withMessageContaining("another kind"));
    }

    @Test
    void aBeanThatIsOnlyInTheSnapshotIsRefusedByNameOnceACommandOfItWasApplied() throws Exception {
        AtomicReference<byte[]> snapshot = new AtomicReference<>();
        context().withBean("bean", FirstThenText.class).run(context -> {
            context.getBean(FirstThenText.class).any();
            snapshot.set(context.getBean(SingleMemberNode.class).writeSnapshot());
        });

        context(Counter.class).run(context -> {
            target(context.getBean(Counter.class)).count = 7;
            assertThatExceptionOfType(UnsupportedEntryException.class)
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(snapshot.get()))
                    .withMessageContaining("command 'bean.any' version 1 did to the bean 'bean'")
                    .withMessageContaining("does not have");
            assertThat(target(context.getBean(Counter.class)).count).isEqualTo(7);
        });
    }

    @Test
    void aBeanThatIsOnlyInTheSnapshotIsLeftOutWhenNoCommandOfItWasEverApplied() throws Exception {
        byte[] snapshot = snapshotOf(FirstThenText.class, bean -> {});

        context(Counter.class).run(context -> {
            target(context.getBean(Counter.class)).count = 7;
            context.getBean(SingleMemberNode.class).restore(snapshot);
            assertThat(target(context.getBean(Counter.class)).count).isZero();
        });
    }

    @Test
    void aFieldThatIsNotInTheSnapshotGetsTheValueItHadAtTheStart() throws Exception {
        byte[] snapshot = snapshotOf(FirstThenText.class, bean -> bean.first.add("old"));

        context().withBean("bean", FirstAndMore.class).run(context -> {
            FirstAndMore bean = target(context.getBean(FirstAndMore.class));
            bean.more = 99;
            bean.names.add("later");

            context.getBean(SingleMemberNode.class).restore(snapshot);

            assertThat(bean.first).containsExactly("old");
            assertThat(bean.more).isEqualTo(42);
            assertThat(bean.names).containsExactly("initial");
        });
    }

    @Test
    void aBeanThatIsNotInTheSnapshotGetsTheStateItHadAtTheStart() throws Exception {
        byte[] snapshot = snapshotOf(FirstThenText.class, bean -> bean.first.add("old"));

        context(Counter.class).withBean("bean", FirstThenText.class).run(context -> {
            target(context.getBean(Counter.class)).count = 5;

            context.getBean(SingleMemberNode.class).restore(snapshot);

            assertThat(target(context.getBean(Counter.class)).count).isZero();
            assertThat(target(context.getBean(FirstThenText.class)).first).containsExactly("old");
        });
    }

    @Test
    void aSnapshotOfAnotherFormatIsRefused() throws Exception {
        byte[] snapshot = snapshotOf(Counter.class, bean -> {});
        snapshot[7] = 9;
        byte[] content = Arrays.copyOf(snapshot, snapshot.length - 32);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        System.arraycopy(digest, 0, snapshot, content.length, 32);

        context(Counter.class)
                .run(context -> assertThatIOException()
                        .isThrownBy(
                                () -> context.getBean(SingleMemberNode.class).restore(snapshot))
                        .withMessageContaining("found 9, expected 3"));
    }

    private static void fill(Everything bean) {
        bean.ranked.put("a", 1);
        bean.ranked.put("b", 2);
        bean.waiting.addAll(List.of("first", "second"));
        bean.sequence.set(7);
        bean.small.set(8);
        bean.open.set(true);
        bean.best.set(new Seat("C", 3));
        bean.added.add(11);
        bean.replacedHolder = new AtomicLong(12);
        bean.byRecord.put(new Seat("A", 1), "ann");
        bean.list.addAll(Arrays.asList("x", null, "y"));
        bean.concurrent.put("k", 1L);
        bean.sorted.addAll(List.of("a", "b"));
        bean.copyOnWrite.addAll(List.of(1, 2));
        bean.queue.add(3);
        bean.replaced = Set.of("r");
        bean.nothing = null;
        bean.startedAsNull = Map.of("n", 1);
        bean.tree.put("t", Optional.of("v"));
        bean.number = 5;
        bean.seat = new Seat("B", 2);
        bean.inherited = "i";
    }

    private static void assertRefusedUntouched(byte[] snapshot, String message) {
        context(Everything.class).run(context -> {
            Everything bean = target(context.getBean(Everything.class));
            bean.list.add("mine");
            bean.number = 1;

            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(snapshot))
                    .withMessageContaining(message);
            assertThat(bean.list).containsExactly("mine");
            assertThat(bean.number).isEqualTo(1);
        });
    }

    private static <T> byte[] snapshotOf(Class<T> type, Consumer<T> filling) {
        AtomicReference<byte[]> snapshot = new AtomicReference<>();
        context()
                .withBean(type == FirstThenText.class ? "bean" : "stateImageTests." + type.getSimpleName(), type)
                .run(context -> {
                    filling.accept(target(context.getBean(type)));
                    snapshot.set(context.getBean(SingleMemberNode.class).writeSnapshot());
                });
        return snapshot.get();
    }

    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    record Seat(String row, int number) {}

    static class Base {
        @ReplicatedState
        @Nullable String inherited;
    }

    static class Everything extends Base {
        @ReplicatedState
        final Map<Seat, String> byRecord = new HashMap<>();

        @ReplicatedState
        final List<String> list = new ArrayList<>();

        @ReplicatedState
        final ConcurrentMap<String, Long> concurrent = new ConcurrentHashMap<>();

        @ReplicatedState
        final SortedSet<String> sorted = new TreeSet<>(Comparator.reverseOrder());

        @ReplicatedState
        final List<Integer> copyOnWrite = new CopyOnWriteArrayList<>();

        @ReplicatedState
        final Deque<Integer> queue = new ArrayDeque<>();

        @ReplicatedState
        Set<String> replaced = Set.of();

        @ReplicatedState
        @Nullable List<String> nothing = new ArrayList<>();

        @ReplicatedState
        @Nullable Map<String, Integer> startedAsNull;

        @ReplicatedState
        TreeMap<String, Optional<String>> tree = new TreeMap<>();

        @ReplicatedState
        int number;

        @ReplicatedState
        @Nullable Seat seat;

        @ReplicatedState
        final ConcurrentSkipListMap<String, Integer> ranked = new ConcurrentSkipListMap<>(Comparator.reverseOrder());

        @ReplicatedState
        final Queue<String> waiting = new ConcurrentLinkedQueue<>();

        @ReplicatedState
        final AtomicLong sequence = new AtomicLong(1);

        @ReplicatedState
        final AtomicInteger small = new AtomicInteger();

        @ReplicatedState
        final AtomicBoolean open = new AtomicBoolean();

        @ReplicatedState
        final AtomicReference<@Nullable Seat> best = new AtomicReference<>();

        @ReplicatedState
        final LongAdder added = new LongAdder();

        @ReplicatedState
        @Nullable AtomicLong replacedHolder;

        @ReplicatedCommand("everything.any")
        public void any() {}
    }

    static class Counter {
        @ReplicatedState
        int count;

        @ReplicatedCommand("counter.add")
        public void add(int more) {
            count += more;
        }
    }

    static class FirstThenText {
        @ReplicatedState
        final List<String> first = new ArrayList<>();

        @ReplicatedState
        @Nullable String second;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FirstThenNumber {
        @ReplicatedState
        final List<String> first = new ArrayList<>();

        @ReplicatedState
        int second;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FirstIsNumber {
        @ReplicatedState
        int first;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }

    static class FirstAndMore {
        @ReplicatedState
        final List<String> first = new ArrayList<>();

        @ReplicatedState
        final List<String> names = new ArrayList<>(List.of("initial"));

        @ReplicatedState
        int more = 42;

        @ReplicatedCommand("bean.any")
        public void any() {}
    }
}
