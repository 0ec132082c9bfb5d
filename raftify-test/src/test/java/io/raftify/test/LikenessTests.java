package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LikenessTests {

    /** Equal by its id alone, as entities are. */
    private static final class Order {
        private final int id;
        private final List<String> lines;

        Order(int id, String... lines) {
            this.id = id;
            this.lines = List.of(lines);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Order order && order.id == id;
        }

        @Override
        public int hashCode() {
            return id;
        }
    }

    private static void same(Object one, Object other) {
        assertThat(Likeness.alike(one, other)).as("%s and %s", one, other).isTrue();
        assertThat(Likeness.alike(other, one)).as("%s and %s", other, one).isTrue();
    }

    private static void different(Object one, Object other) {
        assertThat(Likeness.alike(one, other)).as("%s and %s", one, other).isFalse();
        assertThat(Likeness.alike(other, one)).as("%s and %s", other, one).isFalse();
    }

    @Test
    void listsAreComparedInOrderAndSetsAreNot() {
        same(List.of(1, 2), new ArrayList<>(List.of(1, 2)));
        different(List.of(1, 2), List.of(2, 1));
        same(Set.of(1, 2), new HashSet<>(List.of(2, 1)));
        different(Set.of(1, 2), Set.of(1, 3));
        different(List.of(1), List.of(1, 1));
    }

    @Test
    void orderCountsWhereBothContainersKeepOne() {
        same(new LinkedHashSet<>(List.of(1, 2)), new LinkedHashSet<>(List.of(1, 2)));
        different(new LinkedHashSet<>(List.of(1, 2)), new LinkedHashSet<>(List.of(2, 1)));
        same(new HashSet<>(List.of(1, 2)), new LinkedHashSet<>(List.of(2, 1)));
        Map<String, Integer> oneWay = new LinkedHashMap<>(new TreeMap<>(Map.of("a", 1, "b", 2)));
        Map<String, Integer> otherWay = new LinkedHashMap<>();
        otherWay.put("b", 2);
        otherWay.put("a", 1);
        different(oneWay, otherWay);
        same(oneWay, new HashMap<>(otherWay));
        different(oneWay, Map.of("a", 1, "b", 3));
    }

    @Test
    void whatAClassCallsEqualIsLookedIntoWhereverItStands() {
        Order one = new Order(1, "book");
        Order other = new Order(1, "pen");
        assertThat(one).isEqualTo(other);
        same(one, new Order(1, "book"));
        different(one, other);
        different(List.of(one), List.of(other));
        different(Set.of(one), Set.of(other));
        different(Map.of("a", one), Map.of("a", other));
        different(Map.of(one, "a"), Map.of(other, "a"));
        different(Optional.of(one), Optional.of(other));
        different(new Order[] {one}, new Order[] {other});
        same(Map.of(one, "a"), Map.of(new Order(1, "book"), "a"));
    }

    @Test
    void valuesOfThePlatformAreComparedByTheirOwnWordAndCountersByTheirValue() {
        same(new BigDecimal("1.0"), new BigDecimal("1.0"));
        different(new BigDecimal("1.0"), new BigDecimal("1.00"));
        same(new AtomicInteger(1), new AtomicInteger(1));
        different(new AtomicInteger(1), new AtomicInteger(2));
        different(1, 1L);
        same(Arrays.asList(1, null), Arrays.asList(1, null));
        different(Arrays.asList(1, null), Arrays.asList(null, 1));
    }
}
