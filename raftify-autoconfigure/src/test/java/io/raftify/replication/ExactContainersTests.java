package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.state.StateDigests;
import io.raftify.replication.state.UnwritableStateException;
import io.raftify.testnode.SingleMemberNode;
import java.time.DayOfWeek;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A container within a value is restored as what it was, so that a command does the same with it on every member. */
class ExactContainersTests {

    static Stream<Object> containers() {
        List<String> two = List.of("b", "a");
        Map<String, String> entries = Map.of("b", "1", "a", "2");
        return Stream.of(
                new ArrayList<>(two),
                new LinkedList<>(two),
                new CopyOnWriteArrayList<>(two),
                new ArrayDeque<>(two),
                new PriorityQueue<>(List.of("c", "b", "a", "d")),
                new ConcurrentLinkedQueue<>(two),
                new LinkedBlockingQueue<>(two),
                new HashSet<>(two),
                new LinkedHashSet<>(two),
                new TreeSet<>(two),
                keySet(two),
                new HashMap<>(entries),
                new LinkedHashMap<>(entries),
                new TreeMap<>(entries),
                new ConcurrentHashMap<>(entries),
                new ConcurrentSkipListMap<>(entries));
    }

    private static Set<String> keySet(List<String> elements) {
        Set<String> set = ConcurrentHashMap.newKeySet();
        set.addAll(elements);
        return set;
    }

    @ParameterizedTest
    @MethodSource("containers")
    void isOfTheSameClassAndHasTheSameElementsInTheSameOrder(Object container) {
        context(Shelf.class).run(context -> {
            Shelf shelf = target(context.getBean(Shelf.class));
            put(shelf, container);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            byte[] snapshot = node.writeSnapshot();
            clear(shelf);

            node.restore(snapshot);

            Object restored = shelf.get();
            assertThat(restored).isNotSameAs(container).isExactlyInstanceOf(container.getClass());
            assertThat(restored.toString()).isEqualTo(container.toString());
        });
    }

    static Stream<Object> unchangeable() {
        return Stream.of(
                List.of("a"),
                Collections.emptyList(),
                Collections.singletonList("a"),
                Collections.unmodifiableList(new ArrayList<>(List.of("a"))),
                Stream.of("a").toList(),
                Set.of("a"),
                Collections.unmodifiableSet(new HashSet<>(Set.of("a"))),
                Collections.unmodifiableSortedSet(new TreeSet<>(Set.of("a"))),
                Map.of("a", "1"),
                Collections.singletonMap("a", "1"),
                Collections.unmodifiableMap(new HashMap<>(Map.of("a", "1"))),
                Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of("a", "1"))));
    }

    @ParameterizedTest
    @MethodSource("unchangeable")
    void staysUnchangeable(Object container) {
        context(Shelf.class).run(context -> {
            Shelf shelf = target(context.getBean(Shelf.class));
            put(shelf, container);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            byte[] snapshot = node.writeSnapshot();
            clear(shelf);

            node.restore(snapshot);

            assertThat(shelf.get()).isEqualTo(container);
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> change(shelf.get()));
        });
    }

    @SuppressWarnings("unchecked")
    private static void change(Object container) {
        if (container instanceof Map<?, ?> map) {
            ((Map<String, String>) map).put("b", "2");
        } else {
            ((Collection<String>) container).add("b");
        }
    }

    @Test
    void aListOfFixedSizeStaysOne() {
        context(Shelf.class).run(context -> {
            Shelf shelf = target(context.getBean(Shelf.class));
            put(shelf, Arrays.asList("a", null));
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            byte[] snapshot = node.writeSnapshot();
            clear(shelf);

            node.restore(snapshot);

            @SuppressWarnings("unchecked")
            List<String> restored = (List<String>) shelf.get();
            restored.set(1, "b");
            assertThat(restored).containsExactly("a", "b");
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> restored.add("c"));
        });
    }

    static Stream<Object> notToBeCreatedAgain() {
        return Stream.of(
                new TreeSet<>(Comparator.<String>reverseOrder()),
                new TreeMap<>(Comparator.<String>reverseOrder()),
                new PriorityQueue<>(Comparator.<String>reverseOrder()),
                new ArrayBlockingQueue<String>(3),
                new LinkedBlockingQueue<String>(3),
                Collections.synchronizedList(new ArrayList<String>()),
                new HashMap<String, String>().keySet());
    }

    @ParameterizedTest
    @MethodSource("notToBeCreatedAgain")
    void whatCannotBeCreatedAgainIsInNoSnapshotAndTheFieldAndTheClassAreNamed(Object container) {
        context(Shelf.class).run(context -> {
            Shelf shelf = target(context.getBean(Shelf.class));
            put(shelf, container);

            assertThatExceptionOfType(UnwritableStateException.class)
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).writeSnapshot())
                    .withMessageContaining("The state of Shelf.")
                    .withMessageContaining(container.getClass().getName());
        });
    }

    @Test
    void theSameHoldsForTheContainerThatACommandPutIntoAField() {
        context(Replaced.class).run(context -> {
            Replaced bean = target(context.getBean(Replaced.class));
            bean.map = new TreeMap<>(Map.of("b", 1, "a", 2));
            bean.list = List.of("a");
            bean.days = EnumSet.of(DayOfWeek.MONDAY);
            bean.byDay = new EnumMap<>(Map.of(DayOfWeek.FRIDAY, 5));
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            byte[] snapshot = node.writeSnapshot();
            bean.map = new HashMap<>();
            bean.list = new ArrayList<>();
            bean.days = new HashSet<>();
            bean.byDay = new HashMap<>();

            node.restore(snapshot);

            assertThat(bean.map).isInstanceOf(TreeMap.class).containsExactly(Map.entry("a", 2), Map.entry("b", 1));
            assertThat(bean.list).isEqualTo(List.of("a"));
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> bean.list.add("b"));
            assertThat(bean.days).isInstanceOf(EnumSet.class).containsExactly(DayOfWeek.MONDAY);
            assertThat(bean.byDay).isInstanceOf(EnumMap.class).containsEntry(DayOfWeek.FRIDAY, 5);
        });
    }

    @Test
    void theContainerThatAFieldBeganWithComesBackWhenACommandHasPutAnotherInItsPlaceSince() {
        context(Replaced.class).run(context -> {
            Replaced bean = target(context.getBean(Replaced.class));
            Map<String, Integer> first = bean.map;
            first.put("a", 1);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            byte[] snapshot = node.writeSnapshot();
            bean.map = new TreeMap<>();

            node.restore(snapshot);

            assertThat(bean.map).isSameAs(first).containsExactly(Map.entry("a", 1));
        });
    }

    /** The sorted, the first, the unchangeable and the shared element decide what each of these commands does. */
    @Test
    void aMemberThatRestoredDoesWithFurtherCommandsWhatOneThatDidNotDoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        context(Shop.class).run(first -> {
            Shop shop = first.getBean(Shop.class);
            for (int i = 0; i < 200; i++) {
                shop.anything(random.nextInt(Shop.KINDS), random.nextInt(40));
            }
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context(Shop.class).run(second -> {
                second.getBean(SingleMemberNode.class).restore(snapshot);
                Shop restored = second.getBean(Shop.class);
                for (int i = 0; i < 200; i++) {
                    int kind = random.nextInt(Shop.KINDS);
                    int number = random.nextInt(40);
                    assertThat(restored.anything(kind, number))
                            .as("command %d, kind %d, seed %d", i, kind, seed)
                            .isEqualTo(shop.anything(kind, number));
                }
                assertThat(digests(second.getBean(ReplicatedBeans.class)))
                        .as("seed %d", seed)
                        .isEqualTo(digests(first.getBean(ReplicatedBeans.class)));
            });
        });
    }

    private static Map<String, String> digests(ReplicatedBeans beans) {
        Map<String, String> digests = new TreeMap<>();
        new StateDigests(beans.state()).take().forEach((part, digest) -> digests.put(part, Arrays.toString(digest)));
        return digests;
    }

    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    /** Holds one container of any class within a value, declared as wide as possible. */
    /** From outside, where the check of the bean's code does not look. */
    @SuppressWarnings("unchecked")
    private static void put(Shelf shelf, Object container) {
        if (container instanceof Map<?, ?> map) {
            shelf.maps.add((Map<String, String>) map);
        } else if (container instanceof Set<?> set) {
            shelf.sets.put("only", (Set<String>) set);
        } else if (container instanceof List<?> list) {
            shelf.lists.put("only", (List<String>) list);
        } else if (container instanceof Queue<?> queue) {
            shelf.queues.put("only", (Queue<String>) queue);
        } else {
            shelf.collections.put("only", (Collection<String>) container);
        }
    }

    private static void clear(Shelf shelf) {
        shelf.collections.clear();
        shelf.sets.clear();
        shelf.lists.clear();
        shelf.queues.clear();
        shelf.maps.clear();
    }

    static class Shelf {

        @ReplicatedState
        final Map<String, Collection<String>> collections = new HashMap<>();

        @ReplicatedState
        final Map<String, Set<String>> sets = new HashMap<>();

        @ReplicatedState
        final Map<String, List<String>> lists = new HashMap<>();

        @ReplicatedState
        final Map<String, Queue<String>> queues = new HashMap<>();

        @ReplicatedState
        final List<Map<String, String>> maps = new ArrayList<>();

        Object get() {
            return Stream.of(collections.values(), sets.values(), lists.values(), queues.values(), maps)
                    .flatMap(Collection::stream)
                    .findFirst()
                    .orElseThrow();
        }

        @ReplicatedCommand("shelf.any")
        public void any() {}
    }

    static class Replaced {

        @ReplicatedState
        Map<String, Integer> map = new HashMap<>();

        @ReplicatedState
        List<String> list = new ArrayList<>();

        @ReplicatedState
        Set<DayOfWeek> days = new HashSet<>();

        @ReplicatedState
        Map<DayOfWeek, Integer> byDay = new HashMap<>();

        @ReplicatedCommand("replaced.any")
        public void any() {}
    }

    record Line(String item, List<Integer> prices) {}

    static class Shop {

        static final int KINDS = 9;

        @ReplicatedState
        private final Map<String, Map<Integer, String>> sorted = new TreeMap<>();

        @ReplicatedState
        private final Map<Integer, Set<Integer>> tags = new LinkedHashMap<>();

        @ReplicatedState
        private List<Line> lines = new ArrayList<>();

        @ReplicatedState
        private final Map<Integer, Deque<Integer>> waiting = new TreeMap<>();

        @ReplicatedState
        private final Map<Integer, Queue<Integer>> urgent = new TreeMap<>();

        @ReplicatedState
        private final Map<Integer, Integer> counts = new ConcurrentHashMap<>();

        @ReplicatedState
        private final TreeSet<Integer> backwards = new TreeSet<>(Comparator.reverseOrder());

        /** What comes back depends on what was there, and in which order. */
        @ReplicatedCommand("shop.anything")
        public String anything(int kind, int number) {
            String key = "k" + number % 5;
            try {
                return switch (kind) {
                    case 0 -> {
                        sorted.computeIfAbsent(key, none -> new TreeMap<>()).put(number, key);
                        yield sorted.toString();
                    }
                    case 1 -> {
                        tags.computeIfAbsent(number % 3, none -> new LinkedHashSet<>())
                                .add(number);
                        yield tags.toString();
                    }
                    case 2 -> {
                        tags.computeIfAbsent(number % 3 + 10, none -> new TreeSet<>())
                                .add(number);
                        yield tags.toString();
                    }
                    case 3 -> {
                        lines.add(new Line(key, number % 2 == 0 ? List.of(number) : new ArrayList<>(List.of(number))));
                        yield "" + lines.size();
                    }
                    case 4 -> {
                        Line line = lines.get(number % Math.max(1, lines.size()));
                        line.prices().add(number);
                        yield line.toString();
                    }
                    case 5 -> {
                        waiting.computeIfAbsent(number % 4, none -> new ArrayDeque<>())
                                .addFirst(number);
                        yield "" + waiting.get(number % 4).pollLast();
                    }
                    case 6 -> {
                        urgent.computeIfAbsent(number % 4, none -> new PriorityQueue<>())
                                .add(number);
                        yield urgent.get(number % 4) + " "
                                + (number % 3 == 0 ? urgent.get(number % 4).poll() : null);
                    }
                    case 7 -> "" + counts.merge(number, 1, Integer::sum) + backwards.add(number) + backwards;
                    default -> {
                        // Iterated, not by its order.
                        lines = new LinkedList<>(lines.subList(lines.size() / 2, lines.size()));
                        yield lines.toString();
                    }
                };
            } catch (UnsupportedOperationException | IndexOutOfBoundsException refused) {
                return refused.getClass().getName();
            }
        }
    }
}
