package io.raftify.replication;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses queries that hand out the container of a marked field itself: their callers would read it beside commands, and see
 * half of one, or change this member alone. Only the object itself is known again; a view of it, or what is inside it, is not.
 */
final class LiveState {

    private LiveState() {}

    /**
     * Gives back what a query returned, without its promise.
     *
     * @throws IllegalStateException if that is what a marked field holds, and others may change it
     */
    static @Nullable Object refuse(Collection<ReplicatedBean> beans, Method query, @Nullable Object returned) {
        Object inside = returned instanceof Optional<?> optional ? optional.orElse(null) : returned;
        if (!(inside instanceof Map<?, ?>
                || inside instanceof Collection<?>
                || inside != null && AtomicHolder.of(inside.getClass()) != null)) {
            return returned;
        }
        for (ReplicatedBean bean : beans) {
            for (StateField field : bean.state()) {
                if (field.get() == inside && isChangeable(field, inside)) {
                    throw new IllegalStateException("The query " + ReplicatedBeanException.describe(query)
                            + " returned what the field '" + field.name() + "' of bean '" + bean.name() + "' ("
                            + bean.type().getName() + ") holds, itself: its caller would read it beside commands that"
                            + " change it, and could change this member alone. "
                            + (field.holder() != null
                                    ? "Return the value in it, such as " + field.name() + ".get()."
                                    : "Return a copy, such as " + copy(inside, field.name()) + "."));
                }
            }
        }
        return returned;
    }

    private static String copy(Object container, String field) {
        String type = container instanceof Map<?, ?> ? "Map" : container instanceof Set<?> ? "Set" : "List";
        return type + ".copyOf(" + field + ")";
    }

    /** Whoever is asked whether it takes elements notes that down as a change, so well-known ones are not. */
    private static boolean isChangeable(StateField field, Object held) {
        Class<?> type = held.getClass();
        boolean known = type.getPackageName().startsWith("java.util") && Modifier.isPublic(type.getModifiers());
        return field.holder() != null || held == field.first() || known || ContainerKind.isChangeable(held);
    }
}
