package io.raftify.replication;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.CollectionFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;

/** One field marked {@link io.raftify.annotation.ReplicatedState}, of one bean. */
final class StateField {

    /** Their add methods do nothing with nothing, so that trying does not reveal them. */
    private static final Set<Class<?>> QUIETLY_IMMUTABLE = Set.of(
            Collections.emptyList().getClass(),
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass(),
            Arrays.asList().getClass());

    private final Object target;
    private final Field field;
    private final ResolvableType type;
    private @Nullable Chunks initial;

    StateField(Object target, Field field) {
        this.target = target;
        this.field = field;
        this.type = ResolvableType.forType(GenericTypeResolver.resolveType(field.getGenericType(), target.getClass()));
        field.setAccessible(true);
    }

    String name() {
        return field.getName();
    }

    boolean isFinal() {
        return Modifier.isFinal(field.getModifiers());
    }

    boolean isPrimitive() {
        return field.getType().isPrimitive();
    }

    boolean isMap() {
        return Map.class.isAssignableFrom(type.toClass());
    }

    boolean isCollection() {
        return Collection.class.isAssignableFrom(type.toClass());
    }

    /** The field's type with the bean class's type variables resolved. */
    ResolvableType type() {
        return type;
    }

    /** An empty container of the declared type, to be put into a field that has none. */
    Object newContainer() {
        Class<?> raw = type.toClass();
        return isMap()
                ? CollectionFactory.createMap(
                        raw, type.as(Map.class).getGeneric(0).resolve(), 0)
                : CollectionFactory.createCollection(
                        raw, type.as(Collection.class).getGeneric(0).resolve(), 0);
    }

    /** Of the map's keys. */
    ResolvableType keyType() {
        return type.as(Map.class).getGeneric(0);
    }

    /** Of the map's values or the collection's elements. */
    ResolvableType elementType() {
        return isMap()
                ? type.as(Map.class).getGeneric(1)
                : type.as(Collection.class).getGeneric(0);
    }

    @Nullable Object get() {
        try {
            return field.get(target);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void set(@Nullable Object value) {
        try {
            field.set(target, value);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the container now in the field can be emptied and filled, so that it need not be replaced. */
    boolean holdsMutableContainer() {
        Object value = get();
        if (value == null || QUIETLY_IMMUTABLE.contains(value.getClass())) {
            return false;
        }
        try {
            if (value instanceof Map<?, ?> map) {
                map.putAll(Map.of());
            } else if (value instanceof Collection<?> collection) {
                collection.addAll(List.of());
            } else {
                return false;
            }
            return true;
        } catch (UnsupportedOperationException immutable) {
            return false;
        }
    }

    /** Keeps the field's value as the application starts, for an image that has none. */
    void keepInitial(Chunks written) {
        this.initial = written;
    }

    Chunks initial() {
        Chunks kept = initial;
        if (kept == null) {
            throw new IllegalStateException("The initial value of " + this + " was not kept");
        }
        return kept;
    }

    @Override
    public String toString() {
        return field.getDeclaringClass().getSimpleName() + "." + field.getName();
    }
}
