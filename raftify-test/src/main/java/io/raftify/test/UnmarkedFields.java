package io.raftify.test;

import io.raftify.annotation.ReplicatedState;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/**
 * The fields of a bean that are not marked as state, on one that has applied the whole log and on one that was restored:
 * where they differ, commands have kept something there that a restart loses.
 */
final class UnmarkedFields {

    private final Object whole;
    private final Object restored;
    private final List<Field> fields = new ArrayList<>();

    UnmarkedFields(Object whole, Object restored, List<String> ignored) {
        this.whole = whole;
        this.restored = restored;
        for (Class<?> level = whole.getClass(); level != null && level != Object.class; level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !field.isSynthetic()
                        && !field.isAnnotationPresent(ReplicatedState.class)
                        && !ignored.contains(field.getName())) {
                    ReflectionUtils.makeAccessible(field);
                    fields.add(field);
                }
            }
        }
    }

    @Nullable String firstDifference() {
        for (Field field : fields) {
            Object one = ReflectionUtils.getField(field, whole);
            Object other = ReflectionUtils.getField(field, restored);
            if (isData(one) && isData(other) && !Likeness.alike(one, other)) {
                return "Commands change the field '" + field.getName() + "' of "
                        + field.getDeclaringClass().getSimpleName()
                        + ", which is not marked @ReplicatedState: on a bean that had applied the whole log it was "
                        + FieldSight.shortened(one) + ", and on one restored from a snapshot "
                        + FieldSight.shortened(other) + ". Mark it, or, if it is no state, leave it out by"
                        + " ignoringFields(\"" + field.getName() + "\").";
            }
        }
        return null;
    }

    /** Values, and containers of values; not services, loggers and locks. */
    private static boolean isData(@Nullable Object value) {
        if (value == null
                || value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof Enum<?>
                || value instanceof UUID
                || value instanceof TemporalAccessor
                || value instanceof TemporalAmount
                || value instanceof Record) {
            return true;
        }
        if (value instanceof Optional<?> optional) {
            return isData(optional.orElse(null));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().allMatch(entry -> isData(entry.getKey()) && isData(entry.getValue()));
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().allMatch(UnmarkedFields::isData);
        }
        if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                if (!isData(Array.get(value, i))) {
                    return false;
                }
            }
            return true;
        }
        return false;
    }
}
