package io.raftify.replication.state;

import io.raftify.replication.encoding.ContainerKind;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * What a field held at one moment, kept by reference: of a container its elements, in their order. That is a copy when
 * the {@linkplain StateField#isImmutable() elements can never change}, and costs a few nanoseconds an element; else it
 * must be written before a command goes on.
 *
 * <p>Taken again and again into the same arrays. Not thread-safe; taken and put back while no command runs.
 */
final class FrozenField {

    enum Shape {
        NULL,
        VALUE,
        MAP,
        COLLECTION
    }

    private static final @Nullable Object[] NONE = {};

    private final StateField field;

    private Shape shape = Shape.NULL;
    private @Nullable Object held;
    private @Nullable Object value;
    private int size;
    private @Nullable Object[] keys = NONE;
    private @Nullable Object[] elements = NONE;

    FrozenField(StateField field) {
        this.field = field;
    }

    static FrozenField of(StateField field) {
        FrozenField now = new FrozenField(field);
        now.take();
        return now;
    }

    /** Replaces what was kept by what the field holds now. */
    void take() {
        Object found = field.get();
        int before = size;
        held = found;
        value = null;
        size = 0;
        if (found == null) {
            shape = Shape.NULL;
        } else if (field.isMap()) {
            shape = Shape.MAP;
            Map<?, ?> map = (Map<?, ?>) found;
            size = map.size();
            keys = filled(map.keySet(), keys, before);
            elements = filled(map.values(), elements, before);
        } else if (field.isCollection()) {
            shape = Shape.COLLECTION;
            Collection<?> collection = (Collection<?>) found;
            size = collection.size();
            elements = filled(collection, elements, before);
        } else {
            shape = Shape.VALUE;
            AtomicHolder holder = field.holder();
            value = holder != null ? holder.get(found) : found;
        }
    }

    /** What is left of the time before must not keep garbage alive. */
    private static @Nullable Object[] filled(Collection<?> from, @Nullable Object[] into, int before) {
        int count = from.size();
        @Nullable Object[] room = count <= into.length ? into : new @Nullable Object[count + (count >> 3)];
        @Nullable Object[] filled = from.toArray(room);
        if (filled == into && before > count) {
            Arrays.fill(filled, count, before, null);
        }
        return filled;
    }

    Shape shape() {
        return shape;
    }

    /** The object in the field itself: the value, the container or the holder. */
    @Nullable Object held() {
        return held;
    }

    /** The value, when the shape is one. */
    @Nullable Object value() {
        return value;
    }

    /** How many elements or entries there are. */
    int size() {
        return size;
    }

    /** Of the map, as many as {@link #size()}; what follows means nothing. */
    @Nullable Object[] keys() {
        return keys;
    }

    /** The values of the map or the elements of the collection, as many as {@link #size()}. */
    @Nullable Object[] elements() {
        return elements;
    }

    /** Makes the field hold again what it held, in the container or holder that it held then. */
    void putBack() {
        if (!field.isFinal()) {
            field.set(held);
        }
        Object container = held;
        if (container == null) {
            return;
        }
        if (shape == Shape.VALUE) {
            if (field.holder() != null) {
                field.setValue(value);
            }
        } else if (ContainerKind.isChangeable(container)) {
            refill(container);
        } else if (ContainerKind.of(container) == ContainerKind.FIXED_SIZE_LIST) {
            resetEach((List<?>) container);
        }
    }

    @SuppressWarnings("unchecked")
    private void refill(Object container) {
        if (container instanceof Map<?, ?>) {
            Map<@Nullable Object, @Nullable Object> map = (Map<@Nullable Object, @Nullable Object>) container;
            map.clear();
            for (int i = 0; i < size; i++) {
                map.put(keys[i], elements[i]);
            }
        } else {
            fill(
                    (Collection<@Nullable Object>) container,
                    Arrays.asList(elements).subList(0, size));
        }
    }

    /** Empties the collection and fills it again; at once where every single addition would copy all before it. */
    static void fill(Collection<@Nullable Object> collection, List<@Nullable Object> with) {
        collection.clear();
        if (copiesOnWrite(collection)) {
            collection.addAll(with);
        } else {
            for (Object each : with) {
                collection.add(each);
            }
        }
    }

    static boolean copiesOnWrite(Object collection) {
        return collection instanceof CopyOnWriteArrayList || collection instanceof CopyOnWriteArraySet;
    }

    @SuppressWarnings("unchecked")
    private void resetEach(List<?> fixedSize) {
        List<@Nullable Object> list = (List<@Nullable Object>) fixedSize;
        for (int i = 0; i < size; i++) {
            list.set(i, elements[i]);
        }
    }
}
