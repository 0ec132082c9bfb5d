package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.StateSnapshot;
import io.raftify.testnode.SingleMemberNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a command changed before it threw is put back. */
@ExtendWith(OutputCaptureExtension.class)
class StateCopyTests {

    @Test
    void everyKindOfFieldIsPutBackInTheContainerThatHeldIt() {
        context(Everything.class).run(context -> {
            Everything proxy = context.getBean(Everything.class);
            Everything bean = target(proxy);
            proxy.fill();
            Map<String, Integer> map = bean.map;
            Collection<String> replaced = bean.replaced;
            AtomicLong sequence = bean.sequence;
            String before = bean.toString();

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(proxy::spoil);

            assertThat(bean).hasToString(before);
            assertThat(bean.map).isSameAs(map);
            assertThat(bean.replaced)
                    .as("not the one the command put in its place")
                    .isSameAs(replaced);
            assertThat(bean.sequence).isSameAs(sequence);
            assertThat(bean.largestFirst.first()).as("its own comparator").isEqualTo(3);
        });
    }

    @Test
    void whatACommandChangesStaysChangedWhenItDoesNotThrow() {
        context(Everything.class).run(context -> {
            Everything proxy = context.getBean(Everything.class);
            proxy.fill();
            String before = target(proxy).toString();

            proxy.change();

            assertThat(target(proxy).toString()).isNotEqualTo(before);
        });
    }

    @Test
    void anExceptionThatTheCommandItselfCatchesUndoesNothing() {
        context(Everything.class).run(context -> {
            Everything proxy = context.getBean(Everything.class);

            proxy.spoilAndCatch();

            assertThat(target(proxy).map).containsEntry("spoilt", 1);
        });
    }

    @Test
    void whatACommandOfAnotherBeanChangedAsAPartOfItIsPutBackToo() {
        context(Everything.class, Caller.class).run(context -> {
            Everything bean = target(context.getBean(Everything.class));

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> context.getBean(Caller.class).fillTheOtherAndThrow());

            assertThat(bean.map).isEmpty();
            assertThat(target(context.getBean(Caller.class)).calls).isZero();
            context.getBean(Caller.class).fillTheOther();
            assertThat(bean.map).isNotEmpty();
            assertThat(target(context.getBean(Caller.class)).calls).isOne();
        });
    }

    @Test
    void aFieldWithoutRollbackAndWhatABeanWritesItselfStayAsTheCommandLeftThem() {
        context(Unprotected.class).run(context -> {
            Unprotected proxy = context.getBean(Unprotected.class);

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(proxy::countAndThrow);

            assertThat(target(proxy).large).isOne();
            assertThat(target(proxy).written).isOne();
            assertThat(target(proxy).small).isZero();
        });
    }

    @Test
    void aMemberOnWhichACommandWasPutBackAgreesWithOneThatRestored() {
        context(Everything.class).run(first -> {
            Everything proxy = first.getBean(Everything.class);
            proxy.fill();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(proxy::spoil);
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context(Everything.class).run(second -> {
                second.getBean(SingleMemberNode.class).restore(snapshot);

                second.getBean(Everything.class).change();
                proxy.change();

                assertThat(target(second.getBean(Everything.class)))
                        .hasToString(target(proxy).toString());
            });
        });
    }

    @Test
    void commandsThatThrowAtAnyPointLeaveTheStateOfTheOthers() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        context(Everything.class)
                .run(withThrowing -> context(Everything.class).run(without -> {
                    Everything some = withThrowing.getBean(Everything.class);
                    Everything all = without.getBean(Everything.class);
                    for (int i = 0; i < 300; i++) {
                        int number = random.nextInt(50);
                        int steps = random.nextInt(12);
                        if (random.nextBoolean()) {
                            assertThatExceptionOfType(IllegalStateException.class)
                                    .isThrownBy(() -> some.someSteps(number, steps, true));
                        } else {
                            some.someSteps(number, steps, false);
                            all.someSteps(number, steps, false);
                        }
                    }
                    assertThat(target(some))
                            .as("seed %d", seed)
                            .hasToString(target(all).toString());
                }));
    }

    @Test
    void aFieldThatCannotBeWrittenIsNotPutBackAndThatIsSaidOnce(CapturedOutput output) {
        context(Everything.class).run(context -> {
            Everything proxy = context.getBean(Everything.class);
            proxy.fill();
            String map = target(proxy).map.toString();
            target(proxy).notes.put("view", Collections.synchronizedList(new ArrayList<>()));

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(proxy::spoil);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> proxy.someSteps(0, 10, true));

            assertThat(target(proxy).map).hasToString(map);
            assertThat(target(proxy).notes).containsEntry("spoilt", List.of("x"));
            assertThat(output.toString().split("The state of Everything.notes cannot be written", -1))
                    .hasSize(2);
        });
    }

    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    static final class Tally {
        private int count;

        void add(int more) {
            count += more;
        }

        @Override
        public String toString() {
            return "tally " + count;
        }
    }

    record Seat(String row, int number) {}

    static class Everything {

        @ReplicatedState
        final Map<String, Integer> map = new LinkedHashMap<>();

        @ReplicatedState
        private final Map<String, List<String>> notes = new TreeMap<>();

        @ReplicatedState
        private final Map<String, Tally> tallies = new TreeMap<>();

        @ReplicatedState
        private final List<@Nullable Seat> seats = new ArrayList<>();

        @ReplicatedState
        private final TreeSet<Integer> largestFirst = new TreeSet<>(Comparator.reverseOrder());

        @ReplicatedState
        private final Deque<Integer> deque = new ArrayDeque<>();

        @ReplicatedState
        private final PriorityQueue<Integer> heap = new PriorityQueue<>();

        @ReplicatedState
        private final List<String> copied = new CopyOnWriteArrayList<>();

        @ReplicatedState
        private final Map<Integer, String> concurrent = new ConcurrentHashMap<>();

        @ReplicatedState
        private final Set<Integer> hashed = new HashSet<>();

        @ReplicatedState
        private Collection<String> replaced = new ArrayList<>();

        @ReplicatedState
        private List<String> fixed = Arrays.asList("a", "b");

        @ReplicatedState
        private List<Tally> unchangeable = List.of();

        @ReplicatedState
        private @Nullable Map<String, Integer> missing;

        @ReplicatedState
        private AtomicLong sequence = new AtomicLong();

        @ReplicatedState
        private final LongAdder adder = new LongAdder();

        @ReplicatedState
        private final AtomicReference<@Nullable Tally> reference = new AtomicReference<>();

        @ReplicatedState
        private int number;

        @ReplicatedState
        private @Nullable String text;

        @ReplicatedState
        private Tally value = new Tally();

        @ReplicatedCommand("everything.fill")
        public void fill() {
            map.put("b", 1);
            map.put("a", 2);
            notes.put("n", new ArrayList<>(List.of("x")));
            tallies.put("t", new Tally());
            seats.add(new Seat("A", 1));
            seats.add(null);
            largestFirst.addAll(List.of(1, 2, 3));
            deque.addAll(List.of(1, 2));
            heap.addAll(List.of(5, 4, 3, 2, 1));
            copied.addAll(List.of("c", "d"));
            concurrent.put(1, "one");
            hashed.addAll(List.of(7, 8));
            replaced.add("r");
            fixed.set(0, "c");
            unchangeable = List.of(new Tally());
            sequence.set(5);
            adder.add(6);
            reference.set(new Tally());
            number = 7;
            text = "t";
            value.add(8);
        }

        @ReplicatedCommand("everything.change")
        public void change() {
            changeAll();
        }

        private void changeAll() {
            map.remove("b");
            map.put("c", 3);
            map.put("b", 4);
            notes.values().forEach(list -> list.add("changed"));
            notes.put("spoilt", List.of("x"));
            tallies.values().forEach(tally -> tally.add(1));
            seats.remove(0);
            largestFirst.clear();
            deque.addFirst(0);
            heap.poll();
            copied.remove(0);
            concurrent.clear();
            hashed.add(9);
            replaced = new TreeSet<>(Set.of("other"));
            fixed.set(1, "changed");
            unchangeable.forEach(tally -> tally.add(1));
            missing = new HashMap<>();
            sequence.incrementAndGet();
            sequence = new AtomicLong(99);
            adder.increment();
            reference.set(null);
            number++;
            text = null;
            value.add(1);
            value = new Tally();
        }

        @ReplicatedCommand("everything.spoil")
        public void spoil() {
            changeAll();
            map.put("spoilt", 1);
            throw new IllegalStateException("spoilt");
        }

        @ReplicatedCommand("everything.spoilAndCatch")
        public void spoilAndCatch() {
            try {
                map.put("spoilt", 1);
                throw new IllegalStateException("caught");
            } catch (IllegalStateException caught) {
                number++;
            }
        }

        @ReplicatedCommand("everything.someSteps")
        public void someSteps(int with, int steps, boolean thenThrow) {
            for (int step = 0; step < steps; step++) {
                int n = with + step;
                switch (n % 10) {
                    case 0 -> map.put("k" + n % 7, n);
                    case 1 -> map.remove("k" + n % 7);
                    case 2 ->
                        notes.computeIfAbsent("n" + n % 3, none -> new ArrayList<>())
                                .add("x" + n);
                    case 3 ->
                        tallies.computeIfAbsent("t" + n % 3, none -> new Tally())
                                .add(n);
                    case 4 -> heap.add(n);
                    case 5 -> heap.poll();
                    case 6 -> hashed.add(n * 31);
                    case 7 -> replaced = n % 2 == 0 ? new ArrayList<>(replaced) : new TreeSet<>(replaced);
                    case 8 -> deque.addFirst(n);
                    default -> value.add(n);
                }
            }
            if (thenThrow) {
                throw new IllegalStateException("after " + steps);
            }
        }

        @Override
        public String toString() {
            return map + "" + notes + tallies + seats + largestFirst + deque + heap + copied + concurrent + hashed
                    + replaced + fixed + unchangeable + missing + sequence + adder + reference + number + text + value;
        }
    }

    static class Caller {

        private final Everything other;

        @ReplicatedState
        private int calls;

        Caller(Everything other) {
            this.other = other;
        }

        @ReplicatedCommand("caller.fill")
        public void fillTheOther() {
            calls++;
            other.fill();
        }

        @ReplicatedCommand("caller.fillAndThrow")
        public void fillTheOtherAndThrow() {
            calls++;
            other.fill();
            throw new IllegalStateException("after it");
        }
    }

    static class Unprotected implements StreamedState {

        @ReplicatedState(rollback = false)
        private int large;

        @ReplicatedState
        private int small;

        private int written;

        @ReplicatedCommand("unprotected.count")
        public void countAndThrow() {
            large++;
            small++;
            written++;
            throw new IllegalStateException("counted");
        }

        @Override
        public StateSnapshot snapshot() {
            int now = written;
            return out -> out.write(now);
        }

        @Override
        public void restore(InputStream in) throws IOException {
            written = in.read();
        }
    }
}
