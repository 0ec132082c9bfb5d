package io.raftify.replication.state;

import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.encoding.ContainerKind;
import io.raftify.replication.encoding.ImmutableTypes;
import io.raftify.replication.encoding.StateSchema;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.CollectionFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;

/** One field marked {@link ReplicatedState}, of one bean. */
final class StateField {

    private final Object target;
    private final Field field;
    private final ResolvableType type;
    private final @Nullable AtomicHolder holder;
    private final @Nullable Object first;
    private final boolean immutable;
    private final String schema;
    private @Nullable Chunks initial;

    StateField(Object target, Field field) {
        this.target = target;
        this.field = field;
        this.type = ResolvableType.forType(GenericTypeResolver.resolveType(field.getGenericType(), target.getClass()));
        this.holder = AtomicHolder.of(type.toClass());
        field.setAccessible(true);
        Object found = get();
        boolean kept = (isMap() || isCollection()) && found != null && ContainerKind.isChangeable(found);
        this.first = kept ? found : null;
        this.immutable = isMap()
                ? ImmutableTypes.contains(keyType()) && ImmutableTypes.contains(elementType())
                : ImmutableTypes.contains(isCollection() ? elementType() : valueType());
        this.schema = StateSchema.of(type);
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

    /** How the one value that the field declares is held; null if it is in the field itself. */
    @Nullable AtomicHolder holder() {
        return holder;
    }

    /** The field's type with the bean class's type variables resolved. */
    ResolvableType type() {
        return type;
    }

    /** The type of the value in a field that is no container, without the holder around it. */
    ResolvableType valueType() {
        return holder != null ? holder.contentType(type) : type;
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

    /** The class of what the container's own order or form may depend on: its keys or its elements. */
    Class<?> elementClass() {
        return (isMap() ? keyType() : elementType()).toClass();
    }

    /** The type in words, as it stands in snapshots. */
    String schema() {
        return schema;
    }

    /** Whether its value, or every single element of its container, can never change. */
    boolean isImmutable() {
        return immutable;
    }

    /** Whether it is put back when a command throws. */
    boolean isRolledBack() {
        return annotation().rollback();
    }

    /** Names it had before. */
    List<String> formerly() {
        return List.of(annotation().formerly());
    }

    private ReplicatedState annotation() {
        return field.getAnnotation(ReplicatedState.class);
    }

    /**
     * The container that the field began with and that can be emptied and filled; null if there was none. It may have a
     * comparator or a class that only the application knows, so it is kept rather than replaced by another.
     */
    @Nullable Object first() {
        return first;
    }

    /** An empty container of the declared type. */
    Object newContainer() {
        Class<?> raw = type.toClass();
        return isMap()
                ? CollectionFactory.createMap(raw, elementClass(), 0)
                : CollectionFactory.createCollection(raw, elementClass(), 0);
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

    /** Puts a value into the field, or into the holder that the field has. */
    void setValue(@Nullable Object value) {
        if (holder == null) {
            set(value);
            return;
        }
        Object held = get();
        if (held == null) {
            held = holder.create();
            set(held);
        }
        holder.put(held, value);
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
