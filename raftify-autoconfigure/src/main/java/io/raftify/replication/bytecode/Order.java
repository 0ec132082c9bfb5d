package io.raftify.replication.bytecode;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * In which order a container gives its elements.
 *
 * @param stable whether members with the same content have the same order
 * @param name what the container is, as a person says it
 * @param reason why the order is not stable
 */
record Order(boolean stable, String name, String reason) {

    private static final String GROWN =
            "its order depends on how the table has grown, which a member restored from a snapshot does not share, and on"
                    + " hashes, which for enums and plain objects differ between JVMs";

    private static final Set<String> HASHED = Set.of(
            "java/util/HashMap",
            "java/util/HashSet",
            "java/util/Hashtable",
            "java/util/Properties",
            "java/util/WeakHashMap",
            "java/util/concurrent/ConcurrentHashMap",
            "java/util/concurrent/ConcurrentHashMap$KeySetView");

    private static final Set<String> KEPT = Set.of(
            "java/util/ArrayDeque",
            "java/util/ArrayList",
            "java/util/EnumMap",
            "java/util/EnumSet",
            "java/util/LinkedHashMap",
            "java/util/LinkedHashSet",
            "java/util/LinkedList",
            "java/util/NavigableMap",
            "java/util/NavigableSet",
            "java/util/SequencedMap",
            "java/util/SequencedSet",
            "java/util/SortedMap",
            "java/util/SortedSet",
            "java/util/TreeMap",
            "java/util/TreeSet",
            "java/util/concurrent/ConcurrentSkipListMap",
            "java/util/concurrent/ConcurrentSkipListSet",
            "java/util/concurrent/CopyOnWriteArrayList",
            "java/util/concurrent/CopyOnWriteArraySet");

    static final Order STABLE = new Order(true, "", "");

    private static final Order BY_ADDRESS =
            new Order(false, "an IdentityHashMap", "its order follows the addresses of its keys");

    /** What {@code Set.of}, {@code Map.of} and their kind make. */
    static Order immutable(String type) {
        return new Order(
                false,
                "an immutable " + type.substring(type.lastIndexOf('/') + 1),
                "its order is drawn anew in every JVM");
    }

    static Order hashed(String type) {
        return new Order(false, "a " + type.substring(type.lastIndexOf('/') + 1).replace('$', '.'), GROWN);
    }

    /** By the class of a container alone; null if it does not say. */
    static @Nullable Order of(String type) {
        if (HASHED.contains(type)) {
            return hashed(type);
        }
        if (type.equals("java/util/IdentityHashMap")) {
            return BY_ADDRESS;
        }
        return KEPT.contains(type) ? STABLE : null;
    }

    /** Where two ways meet: it may be the one that is not stable. */
    static @Nullable Order join(@Nullable Order one, @Nullable Order other) {
        if (one == null || other == null) {
            Order known = one != null ? one : other;
            return known != null && !known.stable ? known : null;
        }
        return one.stable ? other : one;
    }
}
