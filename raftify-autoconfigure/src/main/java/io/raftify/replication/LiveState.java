package io.raftify.replication;

import io.raftify.replication.state.ApplicationState;
import io.raftify.replication.state.LiveField;
import java.lang.reflect.Method;
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
    static @Nullable Object refuse(ApplicationState state, Method query, @Nullable Object returned) {
        Object inside = returned instanceof Optional<?> optional ? optional.orElse(null) : returned;
        LiveField field = state.live(inside);
        if (field == null) {
            return returned;
        }
        throw new IllegalStateException("The query " + ReplicatedBeanException.describe(query)
                + " returned what the field '" + field.name() + "' of bean '" + field.bean() + "' ("
                + field.type().getName() + ") holds, itself: its caller would read it beside commands that"
                + " change it, and could change this member alone. "
                + (field.holder()
                        ? "Return the value in it, such as " + field.name() + ".get()."
                        : "Return a copy, such as " + copy(inside, field.name()) + "."));
    }

    private static String copy(@Nullable Object container, String field) {
        String type = container instanceof Map<?, ?> ? "Map" : container instanceof Set<?> ? "Set" : "List";
        return type + ".copyOf(" + field + ")";
    }
}
