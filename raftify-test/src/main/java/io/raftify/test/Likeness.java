package io.raftify.test;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/**
 * Whether two values hold the same, by what they are made of: what their classes call equal may be their ids alone, and what
 * was read back from a snapshot may be in a container of another class. Order counts where both containers keep one.
 */
final class Likeness {

    /** Pairs under comparison, so that a cycle ends: they are alike unless something else differs. */
    private final Set<Pair> open = new HashSet<>();

    private Likeness() {}

    static boolean alike(@Nullable Object one, @Nullable Object other) {
        return new Likeness().same(one, other);
    }

    private record Pair(Object one, Object other) {

        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Pair pair && pair.one == one && pair.other == other;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(one) + System.identityHashCode(other);
        }
    }

    private boolean same(@Nullable Object one, @Nullable Object other) {
        if (one == other) {
            return true;
        }
        if (one == null || other == null) {
            return false;
        }
        if (isSimple(one)) {
            return one.getClass() == other.getClass() && simple(one).equals(simple(other));
        }
        Pair pair = new Pair(one, other);
        if (!open.add(pair)) {
            return true;
        }
        try {
            return sameParts(one, other);
        } finally {
            open.remove(pair);
        }
    }

    private boolean sameParts(Object one, Object other) {
        if (one instanceof Map<?, ?> map) {
            return other instanceof Map<?, ?> otherMap && sameMaps(map, otherMap);
        }
        if (one instanceof Set<?> set) {
            return other instanceof Set<?> otherSet && sameSets(set, otherSet);
        }
        if (one instanceof Collection<?> collection) {
            return other instanceof Collection<?> otherCollection && inOrder(collection, otherCollection);
        }
        if (one instanceof Optional<?> optional) {
            return other instanceof Optional<?> otherOptional
                    && same(optional.orElse(null), otherOptional.orElse(null));
        }
        if (one.getClass() != other.getClass()) {
            return false;
        }
        return one.getClass().isArray() ? sameArrays(one, other) : sameFields(one, other);
    }

    private boolean sameMaps(Map<?, ?> one, Map<?, ?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        if (keepsOrder(one) && keepsOrder(other)) {
            return inOrder(one.keySet(), other.keySet()) && inOrder(one.values(), other.values());
        }
        List<Map.Entry<?, ?>> left = new ArrayList<>();
        for (Map.Entry<?, ?> entry : one.entrySet()) {
            Object key = entry.getKey();
            // Only what the platform compares can be looked up: a class of the application may compare ids alone.
            boolean found = key != null
                    && isSimple(key)
                    && !isSorted(other)
                    && other.containsKey(key)
                    && same(entry.getValue(), other.get(key));
            if (!found) {
                left.add(entry);
            }
        }
        List<Map.Entry<?, ?>> candidates = left.isEmpty() ? List.of() : new ArrayList<>(other.entrySet());
        return left.stream()
                .allMatch(entry -> takeOne(
                        candidates,
                        each -> same(entry.getKey(), each.getKey()) && same(entry.getValue(), each.getValue())));
    }

    private boolean sameSets(Set<?> one, Set<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        if (keepsOrder(one) && keepsOrder(other)) {
            return inOrder(one, other);
        }
        List<Object> left = new ArrayList<>();
        for (Object element : one) {
            boolean found =
                    element != null && isSimple(element) && !(other instanceof SortedSet<?>) && other.contains(element);
            if (!found) {
                left.add(element);
            }
        }
        List<Object> candidates = left.isEmpty() ? List.of() : new ArrayList<>(other);
        return left.stream().allMatch(element -> takeOne(candidates, each -> same(element, each)));
    }

    private static <T> boolean takeOne(List<T> candidates, Predicate<T> wanted) {
        Iterator<T> each = candidates.iterator();
        while (each.hasNext()) {
            if (wanted.test(each.next())) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    private static boolean isSorted(Map<?, ?> map) {
        return map instanceof SortedMap<?, ?>;
    }

    private static boolean keepsOrder(Map<?, ?> map) {
        return isSorted(map) || map instanceof LinkedHashMap<?, ?>;
    }

    private static boolean keepsOrder(Set<?> set) {
        return set instanceof SortedSet<?> || set instanceof LinkedHashSet<?>;
    }

    private boolean inOrder(Collection<?> one, Collection<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        Iterator<?> others = other.iterator();
        for (Object element : one) {
            if (!same(element, others.next())) {
                return false;
            }
        }
        return true;
    }

    private boolean sameArrays(Object one, Object other) {
        int length = Array.getLength(one);
        if (length != Array.getLength(other)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!same(Array.get(one, i), Array.get(other, i))) {
                return false;
            }
        }
        return true;
    }

    private boolean sameFields(Object one, Object other) {
        for (Class<?> level = one.getClass(); level != null && level != Object.class; level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    ReflectionUtils.makeAccessible(field);
                    if (!same(ReflectionUtils.getField(field, one), ReflectionUtils.getField(field, other))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Values of the platform, which know what equal means, and enums. */
    private static boolean isSimple(Object value) {
        boolean container =
                value instanceof Map<?, ?> || value instanceof Collection<?> || value instanceof Optional<?>;
        return value instanceof Enum<?>
                || (!container && value.getClass().getName().startsWith("java."));
    }

    /** Atomic numbers and adders do not know it. */
    private static Object simple(Object value) {
        boolean counter = value instanceof Number
                && value.getClass().getPackageName().equals(AtomicInteger.class.getPackageName());
        return counter ? Objects.toString(value) : value;
    }
}
