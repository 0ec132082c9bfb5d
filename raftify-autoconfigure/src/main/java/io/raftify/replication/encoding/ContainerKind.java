package io.raftify.replication.encoding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The containers that are created again as what they were: a command must find a {@code TreeMap} sorted and a
 * {@code List.of} unchangeable on a member that restored it as on one that did not. Which classes there are is fixed
 * here; bytes choose among them by number and can name no other.
 *
 * <p>What the classes themselves leave open is left open: a {@code HashMap} iterates in an order that depends on its
 * past, which is not restored.
 *
 * <p>The numbers are part of the persistent format.
 */
public enum ContainerKind {
    ARRAY_LIST(1, ArrayList.class, any -> new ArrayList<>()),
    LINKED_LIST(2, LinkedList.class, any -> new LinkedList<>()),
    COPY_ON_WRITE_LIST(3, CopyOnWriteArrayList.class, any -> new CopyOnWriteArrayList<>()),
    @SuppressWarnings("JdkObsolete")
    VECTOR(4, Vector.class, any -> new Vector<>()),
    @SuppressWarnings("JdkObsolete")
    STACK(5, Stack.class, any -> new Stack<>()),
    UNCHANGEABLE_LIST(6, List.class, any -> new ArrayList<>(), list -> Collections.unmodifiableList((List<?>) list)),
    FIXED_SIZE_LIST(7, List.class, any -> new ArrayList<>(), list -> Arrays.asList(((List<?>) list).toArray())),

    HASH_SET(20, HashSet.class, any -> new HashSet<>()),
    LINKED_HASH_SET(21, LinkedHashSet.class, any -> new LinkedHashSet<>()),
    TREE_SET(22, TreeSet.class, any -> new TreeSet<>()),
    COPY_ON_WRITE_SET(23, CopyOnWriteArraySet.class, any -> new CopyOnWriteArraySet<>()),
    CONCURRENT_SET(24, ConcurrentHashMap.KeySetView.class, any -> ConcurrentHashMap.newKeySet()),
    CONCURRENT_SORTED_SET(25, ConcurrentSkipListSet.class, any -> new ConcurrentSkipListSet<>()),
    ENUM_SET(26, EnumSet.class, ContainerKind::newEnumSet),
    UNCHANGEABLE_SET(27, Set.class, any -> new LinkedHashSet<>(), set -> Collections.unmodifiableSet((Set<?>) set)),
    UNCHANGEABLE_SORTED_SET(
            28,
            NavigableSet.class,
            any -> new TreeSet<>(),
            set -> Collections.unmodifiableNavigableSet((NavigableSet<?>) set)),

    ARRAY_DEQUE(40, ArrayDeque.class, any -> new ArrayDeque<>()),
    PRIORITY_QUEUE(41, PriorityQueue.class, any -> new PriorityQueue<>()),
    CONCURRENT_QUEUE(42, ConcurrentLinkedQueue.class, any -> new ConcurrentLinkedQueue<>()),
    CONCURRENT_DEQUE(43, ConcurrentLinkedDeque.class, any -> new ConcurrentLinkedDeque<>()),
    BLOCKING_QUEUE(44, LinkedBlockingQueue.class, any -> new LinkedBlockingQueue<>()),
    BLOCKING_DEQUE(45, LinkedBlockingDeque.class, any -> new LinkedBlockingDeque<>()),
    BLOCKING_PRIORITY_QUEUE(46, PriorityBlockingQueue.class, any -> new PriorityBlockingQueue<>()),
    TRANSFER_QUEUE(47, LinkedTransferQueue.class, any -> new LinkedTransferQueue<>()),
    UNCHANGEABLE_COLLECTION(
            48,
            Collection.class,
            any -> new ArrayList<>(),
            elements -> Collections.unmodifiableCollection((Collection<?>) elements)),

    HASH_MAP(60, HashMap.class, any -> new HashMap<>()),
    LINKED_HASH_MAP(61, LinkedHashMap.class, any -> new LinkedHashMap<>()),
    TREE_MAP(62, TreeMap.class, any -> new TreeMap<>()),
    CONCURRENT_MAP(63, ConcurrentHashMap.class, any -> new ConcurrentHashMap<>()),
    CONCURRENT_SORTED_MAP(64, ConcurrentSkipListMap.class, any -> new ConcurrentSkipListMap<>()),
    ENUM_MAP(65, EnumMap.class, ContainerKind::newEnumMap),
    @SuppressWarnings("JdkObsolete")
    HASHTABLE(66, Hashtable.class, any -> new Hashtable<>()),
    UNCHANGEABLE_MAP(67, Map.class, any -> new LinkedHashMap<>(), map -> Collections.unmodifiableMap((Map<?, ?>) map)),
    UNCHANGEABLE_SORTED_MAP(
            68,
            NavigableMap.class,
            any -> new TreeMap<>(),
            map -> Collections.unmodifiableNavigableMap((NavigableMap<?, ?>) map));

    /** Their add methods do nothing with nothing, so that trying does not reveal them. */
    private static final Set<Class<?>> QUIETLY_UNCHANGEABLE = Set.of(
            Collections.emptyList().getClass(),
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass(),
            Collections.singletonList(1).getClass(),
            Collections.singleton(1).getClass(),
            Collections.singletonMap(1, 1).getClass(),
            Collections.nCopies(1, 1).getClass());

    private static final Class<?> OF_AN_ARRAY = Arrays.asList().getClass();

    private static final Map<Class<?>, ContainerKind> BY_CLASS = new HashMap<>();
    private static final Map<Integer, ContainerKind> BY_NUMBER = new HashMap<>();

    static {
        for (ContainerKind kind : values()) {
            BY_NUMBER.put(kind.number, kind);
            if (!kind.type.isInterface()) {
                BY_CLASS.put(kind.type, kind);
            }
        }
    }

    private final int number;
    private final Class<?> type;
    private final Function<Class<?>, Object> empty;
    private final UnaryOperator<Object> finish;

    ContainerKind(int number, Class<?> type, Function<Class<?>, Object> empty) {
        this(number, type, empty, UnaryOperator.identity());
    }

    ContainerKind(int number, Class<?> type, Function<Class<?>, Object> empty, UnaryOperator<Object> finish) {
        this.number = number;
        this.type = type;
        this.empty = empty;
        this.finish = finish;
    }

    /** What kind a collection or map is; null if {@link #problemWith} says why it is none. */
    public static @Nullable ContainerKind of(Object container) {
        ContainerKind exact = container instanceof EnumSet ? ENUM_SET : BY_CLASS.get(container.getClass());
        if (exact != null) {
            return comparator(container) == null && !isBounded(container) ? exact : null;
        }
        if (container.getClass() == OF_AN_ARRAY) {
            return FIXED_SIZE_LIST;
        }
        if (isChangeable(container) || comparator(container) != null) {
            return null;
        }
        if (container instanceof Map<?, ?>) {
            return container instanceof NavigableMap<?, ?> ? UNCHANGEABLE_SORTED_MAP : UNCHANGEABLE_MAP;
        }
        if (container instanceof Set<?>) {
            return container instanceof NavigableSet<?> ? UNCHANGEABLE_SORTED_SET : UNCHANGEABLE_SET;
        }
        return container instanceof List<?> ? UNCHANGEABLE_LIST : UNCHANGEABLE_COLLECTION;
    }

    /** Why it is of no kind, as a clause. */
    public static String problemWith(Object container) {
        if (isBounded(container)) {
            return "a " + container.getClass().getName()
                    + " with a bound cannot be created again; keep the one container that the field begins with";
        }
        return comparator(container) != null
                ? "a " + container.getClass().getName()
                        + " with a comparator of its own cannot be created again; let its"
                        + " elements be Comparable, or keep the one container that the field begins with and change that"
                : "a " + container.getClass().getName()
                        + " cannot be created again; use a collection or map of java.util itself";
    }

    public static @Nullable ContainerKind numbered(int number) {
        return BY_NUMBER.get(number);
    }

    /** Whether it can be emptied and filled. */
    public static boolean isChangeable(Object container) {
        if (QUIETLY_UNCHANGEABLE.contains(container.getClass()) || container.getClass() == OF_AN_ARRAY) {
            return false;
        }
        try {
            if (container instanceof Map<?, ?> map) {
                map.putAll(Map.of());
            } else {
                ((Collection<?>) container).addAll(List.of());
            }
            return true;
        } catch (UnsupportedOperationException unchangeable) {
            return false;
        }
    }

    /** Whether elements come and go by themselves, or are told apart by what differs between members. */
    public static boolean isLeftToChance(Class<?> container) {
        return WeakHashMap.class.isAssignableFrom(container) || IdentityHashMap.class.isAssignableFrom(container);
    }

    /** Whether the order in which it iterates says something, and is the same on every member. */
    public static boolean isOrdered(Object container) {
        if (container instanceof Map<?, ?>) {
            return container instanceof SortedMap || container instanceof LinkedHashMap || container instanceof EnumMap;
        }
        if (!(container instanceof Set<?>)) {
            // Not the values of a hash map.
            return container instanceof List<?> || container instanceof Queue<?>;
        }
        return container instanceof SortedSet
                || container instanceof LinkedHashSet
                || container instanceof EnumSet
                || container instanceof CopyOnWriteArraySet;
    }

    /** Whether it is known to refuse null, in any place. */
    public static boolean refusesNull(Object container) {
        return container instanceof ConcurrentHashMap
                || container instanceof ConcurrentSkipListMap
                || container instanceof ConcurrentHashMap.KeySetView
                || container instanceof ConcurrentSkipListSet
                || container instanceof Hashtable
                || container instanceof ArrayDeque
                || container instanceof PriorityQueue
                || container instanceof BlockingQueue
                || container instanceof ConcurrentLinkedQueue
                || container instanceof ConcurrentLinkedDeque;
    }

    private static @Nullable Object comparator(Object container) {
        if (container instanceof SortedMap<?, ?> map) {
            return map.comparator();
        }
        if (container instanceof SortedSet<?> set) {
            return set.comparator();
        }
        if (container instanceof PriorityBlockingQueue<?> queue) {
            return queue.comparator();
        }
        return container instanceof PriorityQueue<?> queue ? queue.comparator() : null;
    }

    private static boolean isBounded(Object container) {
        return container instanceof BlockingQueue<?> queue
                && queue.remainingCapacity() < Integer.MAX_VALUE - queue.size();
    }

    public int number() {
        return number;
    }

    /** Whether what this creates is one of these. */
    public boolean is(Class<?> declared) {
        return declared.isAssignableFrom(type);
    }

    /**
     * One without elements, to be filled and then {@linkplain #finish finished}.
     *
     * @param elements the class of the elements or of the keys
     */
    public Object empty(Class<?> elements) {
        return empty.apply(elements);
    }

    public Object finish(Object filled) {
        return finish.apply(filled);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object newEnumSet(Class<?> elements) {
        return EnumSet.noneOf((Class) elements);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object newEnumMap(Class<?> keys) {
        return new EnumMap((Class) keys);
    }
}
