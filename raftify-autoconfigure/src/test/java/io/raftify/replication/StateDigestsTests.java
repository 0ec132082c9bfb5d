package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.state.StateDigests;
import io.raftify.testnode.SingleMemberNode;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateDigestsTests {

    private static final String BEAN = "stateDigestsTests.State.";

    @Test
    void theOrderInWhichAHashContainerIteratesMakesNoDifference() {
        Consumer<State> forwards = state -> {
            for (int i = 0; i < 50; i++) {
                fill(state, i);
            }
        };
        Consumer<State> backwardsAfterHavingBeenLarge = state -> {
            for (int i = 0; i < 10_000; i++) {
                state.hashed.put("k" + i, i);
            }
            state.hashed.clear();
            for (int i = 49; i >= 0; i--) {
                fill(state, i);
            }
        };

        Map<String, String> digests = digests(forwards);

        assertThat(digests(backwardsAfterHavingBeenLarge)).isEqualTo(digests);
        assertThat(digests(state -> {
                    forwards.accept(state);
                    state.hashed.put("k7", 8);
                }))
                .doesNotContainEntry(BEAN + "hashed", digests.get(BEAN + "hashed"));
    }

    private static void fill(State state, int i) {
        state.hashed.put("k" + i, i);
        state.concurrent.put(i, "v" + i);
        state.nested.computeIfAbsent("n", none -> new HashMap<>()).put("k" + i, new HashSet<>(List.of(i, -i)));
        state.sets.computeIfAbsent(1, none -> new HashSet<>()).add("s" + i);
    }

    @Test
    void theOrderOfAListAndOfALinkedMapDoesMakeOne() {
        Map<String, String> digests = digests(state -> {
            state.list.addAll(List.of("a", "b"));
            state.linked.put("a", 1);
            state.linked.put("b", 2);
        });

        Map<String, String> turned = digests(state -> {
            state.list.addAll(List.of("b", "a"));
            state.linked.put("b", 2);
            state.linked.put("a", 1);
        });

        assertThat(differences(digests, turned)).containsExactlyInAnyOrder(BEAN + "list", BEAN + "linked");
    }

    @Test
    void theFieldThatDiffersIsNamed() {
        Map<String, String> digests = digests(state -> fill(state, 1));

        assertThat(differences(digests, digests(state -> fill(state, 1)))).isEmpty();
        assertThat(differences(digests, digests(state -> {
                    fill(state, 1);
                    state.sequence.set(1);
                })))
                .containsExactly(BEAN + "sequence");
        assertThat(differences(digests, digests(state -> {
                    fill(state, 1);
                    state.nested.get("n").get("k1").add(9);
                })))
                .containsExactly(BEAN + "nested");
    }

    @Test
    void aMemberThatRestoredHasTheDigestsOfTheOneThatWroteTheSnapshot() {
        context(State.class).run(first -> {
            State state = target(first.getBean(State.class));
            for (int i = 0; i < 50; i++) {
                fill(state, i);
            }
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context(State.class).run(second -> {
                Map<String, String> before = digests(second.getBean(ReplicatedBeans.class));

                second.getBean(SingleMemberNode.class).restore(snapshot);

                assertThat(digests(second.getBean(ReplicatedBeans.class)))
                        .isEqualTo(digests(first.getBean(ReplicatedBeans.class)))
                        .isNotEqualTo(before);
            });
        });
    }

    /** Members of different Java versions and builds compare them: a change here must be one on purpose. */
    @Test
    void theyAreTheSameInEveryJavaVersion() {
        assertThat(digests(state -> {
                    fill(state, 1);
                    fill(state, 2);
                    state.list.add("x");
                    state.linked.put("y", 3);
                    state.sequence.set(4);
                    state.text = "t";
                }))
                .containsOnly(
                        Map.entry(BEAN + "concurrent", "b1517bb7b9e9670194168e21873ee265"),
                        Map.entry(BEAN + "hashed", "9b2c227bb9424ecca7c15b6e9351654c"),
                        Map.entry(BEAN + "linked", "67fcb13e2e56377645be9ec359ab9ca4"),
                        Map.entry(BEAN + "list", "c70610e92b719494309377ce6073f9e6"),
                        Map.entry(BEAN + "nested", "bf8b04a4ee64e9712c5f189b6d012311"),
                        Map.entry(BEAN + "sequence", "3cb479592fdebd474347736c5b0385d1"),
                        Map.entry(BEAN + "sets", "3d1eb9d1d530f2e0f5a4c9d5ea4a3761"),
                        Map.entry(BEAN + "text", "933e8fc0fd035d5081337942da0c7569"));
    }

    @Test
    void fieldsThatAreNotPutBackAreHashedApartWithTheirSize() {
        context(Large.class).run(context -> {
            StateDigests digests = of(context.getBean(ReplicatedBeans.class));
            Large large = target(context.getBean(Large.class));
            large.small.put("a", 1);
            assertThat(digests.take()).containsOnlyKeys("stateDigestsTests.Large.small");

            Map<String, byte[]> before = new TreeMap<>();
            long none = digests.takeLarge(before);
            large.large.put("a", "x".repeat(1_000));
            Map<String, byte[]> after = new TreeMap<>();
            long some = digests.takeLarge(after);

            assertThat(after).containsOnlyKeys("stateDigestsTests.Large.large");
            assertThat(differences(hex(before), hex(after))).containsExactly("stateDigestsTests.Large.large");
            assertThat(some - none).isBetween(1_000L, 1_100L);
        });
    }

    @Test
    void aFieldThatCannotBeWrittenStopsNobodyAndTheOthersAreComparedAllTheSame() {
        context(State.class).run(context -> {
            State state = target(context.getBean(State.class));
            Map<String, String> sound = digests(context.getBean(ReplicatedBeans.class));
            state.nested.put("view", Collections.synchronizedMap(new HashMap<>()));
            for (int i = 0; i <= 1_000; i++) {
                context.getBean(State.class).any();
            }

            assertThat(differences(sound, digests(context.getBean(ReplicatedBeans.class))))
                    .containsExactly(BEAN + "nested");
        });
    }

    @Test
    void whatABeanWritesItselfIsComparedIfItHasADigest() {
        context(Streamed.class).run(context -> {
            Streamed streamed = target(context.getBean(Streamed.class));
            StateDigests digests = of(context.getBean(ReplicatedBeans.class));
            assertThat(digests.take()).isEmpty();

            streamed.digest = new byte[] {1};
            Map<String, String> before = hex(digests.take());
            streamed.digest = new byte[] {2};

            Map<String, String> after = hex(digests.take());
            assertThat(differences(before, after)).containsExactly("stateDigestsTests.Streamed");

            streamed.failure = new IllegalStateException("of the bean");
            assertThat(differences(after, hex(digests.take()))).containsExactly("stateDigestsTests.Streamed");
        });
    }

    private static List<String> differences(Map<String, String> one, Map<String, String> other) {
        assertThat(one.keySet()).isEqualTo(other.keySet());
        return one.keySet().stream()
                .filter(part -> !one.get(part).equals(other.get(part)))
                .toList();
    }

    private static Map<String, String> digests(Consumer<State> filling) {
        Map<String, String> digests = new TreeMap<>();
        context(State.class).run(context -> {
            filling.accept(target(context.getBean(State.class)));
            digests.putAll(digests(context.getBean(ReplicatedBeans.class)));
        });
        return digests;
    }

    private static Map<String, String> digests(ReplicatedBeans beans) {
        return hex(of(beans).take());
    }

    private static StateDigests of(ReplicatedBeans beans) {
        return new StateDigests(beans.state());
    }

    private static Map<String, String> hex(Map<String, byte[]> digests) {
        Map<String, String> hex = new TreeMap<>();
        digests.forEach((part, digest) -> {
            assertThat(digest).hasSize(16);
            hex.put(part, HexFormat.of().formatHex(digest));
        });
        return hex;
    }

    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    static class State {

        @ReplicatedState
        private final Map<String, Integer> hashed = new HashMap<>();

        @ReplicatedState
        private final Map<Integer, String> concurrent = new ConcurrentHashMap<>();

        @ReplicatedState
        private final Map<String, Map<String, Set<Integer>>> nested = new HashMap<>();

        @ReplicatedState
        private final Map<Integer, Set<String>> sets = new TreeMap<>();

        @ReplicatedState
        private final List<String> list = new ArrayList<>();

        @ReplicatedState
        private final Map<String, Integer> linked = new LinkedHashMap<>();

        @ReplicatedState
        private final AtomicLong sequence = new AtomicLong();

        @ReplicatedState
        private @Nullable String text;

        @ReplicatedCommand("state.any")
        public void any() {}
    }

    static class Streamed implements StreamedState {

        private byte @Nullable [] digest;
        private @Nullable RuntimeException failure;

        @ReplicatedCommand("streamed.any")
        public void any() {}

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(InputStream in) {}

        @Override
        public byte @Nullable [] digest() {
            if (failure != null) {
                throw failure;
            }
            return digest;
        }
    }

    static class Large {

        @ReplicatedState
        private final Map<String, Integer> small = new TreeMap<>();

        @ReplicatedState(rollback = false)
        private final Map<String, String> large = new TreeMap<>();

        @ReplicatedCommand("large.any")
        public void any() {}
    }
}
