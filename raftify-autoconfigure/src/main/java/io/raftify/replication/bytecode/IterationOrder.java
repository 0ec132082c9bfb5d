package io.raftify.replication.bytecode;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/**
 * Where the order of a container's elements goes: which calls hand it on, which ones lose it, and which make something of
 * it that can be seen.
 */
final class IterationOrder {

    private static final Set<String> GOES_THROUGH = Set.of(
            "descendingIterator",
            "elements",
            "forEach",
            "iterator",
            "keys",
            "listIterator",
            "search",
            "spliterator",
            "toArray",
            "toString");

    private static final Set<String> VIEWS = Set.of(
            "clone", "descendingMap", "descendingSet", "entrySet", "keySet", "parallelStream", "stream", "values");

    /** Ends of a stream whose result depends on the order; so do steps that let only some elements through. */
    private static final Set<String> SEES_ORDER = Set.of(
            "dropWhile",
            "findAny",
            "findFirst",
            "forEach",
            "forEachOrdered",
            "iterator",
            "limit",
            "reduce",
            "skip",
            "spliterator",
            "takeWhile",
            "toArray",
            "toList");

    private static final Set<String> KEEPS_ORDER_GIVEN = Set.of(
            "java/util/ArrayDeque",
            "java/util/ArrayList",
            "java/util/LinkedHashMap",
            "java/util/LinkedHashSet",
            "java/util/LinkedList",
            "java/util/Vector",
            "java/util/concurrent/ConcurrentLinkedDeque",
            "java/util/concurrent/ConcurrentLinkedQueue",
            "java/util/concurrent/CopyOnWriteArrayList",
            "java/util/concurrent/CopyOnWriteArraySet",
            "java/util/concurrent/LinkedBlockingQueue",
            "java/util/Deque",
            "java/util/List",
            "java/util/Queue",
            "java/util/SequencedCollection",
            "java/util/SequencedMap",
            "java/util/SequencedSet");

    private static final Set<String> ANY_ORDER_COLLECTORS = Set.of(
            "averagingInt",
            "averagingLong",
            "counting",
            "summarizingInt",
            "summarizingLong",
            "summingInt",
            "summingLong");

    private IterationOrder() {}

    /** What a call makes visible of an order that is not stable, and of what; null if nothing. */
    static @Nullable Fact seenBy(Call call) {
        Fact receiver = call.receiver();
        if (receiver != null && receiver.isUnordered()) {
            return isStream(call.owner())
                    ? seenByStream(call) ? receiver : null
                    : GOES_THROUGH.contains(call.name()) ? receiver : null;
        }
        boolean copies = call.isConstructor() && KEEPS_ORDER_GIVEN.contains(call.owner())
                || call.name().equals("addAll") && KEEPS_ORDER_GIVEN.contains(call.owner())
                || call.name().equals("putAll") && KEEPS_ORDER_GIVEN.contains(call.owner())
                || call.name().equals("copyOf") && call.owner().equals("java/util/List")
                || call.name().equals("join") && call.owner().equals("java/lang/String")
                || call.name().equals("valueOf") && call.owner().equals("java/lang/String")
                || call.name().equals("append") && call.owner().equals("java/lang/StringBuilder");
        return copies ? firstUnordered(call.passed()) : null;
    }

    /** A container that becomes text in a string concatenation. */
    static @Nullable Fact seenBy(InvokeDynamicInsnNode dynamic, List<Fact> arguments) {
        return dynamic.bsm.getOwner().equals("java/lang/invoke/StringConcatFactory") ? firstUnordered(arguments) : null;
    }

    private static @Nullable Fact firstUnordered(List<Fact> arguments) {
        return arguments.stream().filter(Fact::isUnordered).findFirst().orElse(null);
    }

    private static boolean isStream(String owner) {
        return owner.startsWith("java/util/stream/");
    }

    private static boolean seenByStream(Call call) {
        return switch (call.name()) {
            case "collect" -> call.passed().stream().noneMatch(each -> each.order() != null);
            // The greatest of several that compare as equal is the first or the last of them.
            case "min", "max" -> call.owner().equals("java/util/stream/Stream");
            // Sums of floating point numbers depend on the order of the terms.
            case "sum", "average", "summaryStatistics" -> call.owner().equals("java/util/stream/DoubleStream");
            default -> SEES_ORDER.contains(call.name());
        };
    }

    /** The order of what a call returns; null if nothing is known of it. */
    static @Nullable Order ofResult(Call call, Flow flow) {
        Fact receiver = call.receiver();
        return receiver != null ? ofMember(call, receiver, flow) : ofStatic(call);
    }

    private static @Nullable Order ofMember(Call call, Fact receiver, Flow flow) {
        if (isStream(call.owner())) {
            return switch (call.name()) {
                case "sorted" -> Order.STABLE;
                case "collect" ->
                    call.passed().size() == 1 ? ofCollected(call.passed().get(0)) : null;
                default -> returnsStream(call) ? receiver.order() : null;
            };
        }
        if (VIEWS.contains(call.name())) {
            return receiver.order();
        }
        if (call.name().equals("computeIfAbsent")) {
            Handle made = call.passed().get(call.passed().size() - 1).lambda();
            return made != null ? ofMade(made, flow) : null;
        }
        return null;
    }

    private static boolean returnsStream(Call call) {
        Type result = Type.getReturnType(call.descriptor());
        return result.getSort() == Type.OBJECT && isStream(result.getInternalName());
    }

    private static @Nullable Order ofCollected(Fact collector) {
        Order order = collector.order();
        return order == Order.STABLE ? null : order;
    }

    /** The order of what a lambda or a constructor returns. */
    private static @Nullable Order ofMade(Handle made, Flow flow) {
        if (made.getName().equals("<init>")) {
            return Order.of(made.getOwner());
        }
        Fact result = flow.resultOf(made);
        return result != null ? result.order() : null;
    }

    private static @Nullable Order ofStatic(Call call) {
        String name = call.name();
        return switch (call.owner()) {
            case "java/util/Set", "java/util/Map" -> ofImmutable(call);
            case "java/util/stream/Collectors" -> ofCollector(call);
            case "java/util/concurrent/ConcurrentHashMap" ->
                name.equals("newKeySet") ? Order.of("java/util/concurrent/ConcurrentHashMap") : null;
            case "java/util/Collections" ->
                call.arguments().isEmpty() ? null : call.arguments().get(0).order();
            default -> null;
        };
    }

    /** One entry alone has no order. */
    private static @Nullable Order ofImmutable(Call call) {
        int entries = call.owner().equals("java/util/Map")
                ? call.arguments().size() / 2
                : call.arguments().size();
        boolean many = call.name().equals("copyOf")
                || call.name().equals("ofEntries")
                || (call.name().equals("of")
                        && (entries > 1 || call.descriptor().startsWith("([")));
        return many ? Order.immutable(call.owner()) : null;
    }

    private static @Nullable Order ofCollector(Call call) {
        int arguments = call.arguments().size();
        if (ANY_ORDER_COLLECTORS.contains(call.name())) {
            return Order.STABLE;
        }
        return switch (call.name()) {
            case "toSet" -> Order.of("java/util/HashSet");
            case "toUnmodifiableSet" -> Order.immutable("java/util/Set");
            case "toUnmodifiableMap" -> Order.immutable("java/util/Map");
            case "toConcurrentMap", "groupingByConcurrent" -> Order.of("java/util/concurrent/ConcurrentHashMap");
            case "toMap" -> arguments < 4 ? Order.of("java/util/HashMap") : ofSupplier(call, 3);
            case "groupingBy" -> arguments < 3 ? Order.of("java/util/HashMap") : ofSupplier(call, 1);
            case "toCollection" -> ofSupplier(call, 0);
            case "collectingAndThen" -> call.arguments().get(0).order();
            default -> null;
        };
    }

    /** A collector into a container that sorts gets along with any order; into one that keeps the order given, not. */
    private static @Nullable Order ofSupplier(Call call, int index) {
        Handle supplier = call.arguments().get(index).lambda();
        boolean constructor = supplier != null && supplier.getName().equals("<init>");
        return supplier == null || !constructor || KEEPS_ORDER_GIVEN.contains(supplier.getOwner())
                ? null
                : Order.of(supplier.getOwner());
    }
}
