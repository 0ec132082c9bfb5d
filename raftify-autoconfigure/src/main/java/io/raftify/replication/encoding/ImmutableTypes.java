package io.raftify.replication.encoding;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.springframework.core.ResolvableType;

/**
 * Decides by type alone whether a value can never change, so that a reference to it is as good as a copy. A list is not
 * such a type, whatever it holds: {@code List} does not say whether it can be changed.
 */
public final class ImmutableTypes {

    private ImmutableTypes() {}

    public static boolean contains(ResolvableType type) {
        return contains(type, new HashSet<>());
    }

    private static boolean contains(ResolvableType type, Set<String> seen) {
        Class<?> raw = type.toClass();
        if (EncodableTypes.isScalar(raw)) {
            return true;
        }
        if (raw == Optional.class) {
            return contains(type.getGeneric(0), seen);
        }
        if (raw.isArray() || raw.isInterface() || !Modifier.isFinal(raw.getModifiers())) {
            return false;
        }
        if (!seen.add(type.toString())) {
            return true;
        }
        for (Class<?> level = raw; level != null && level != Object.class; level = level.getSuperclass()) {
            ResolvableType owner = type.as(level);
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !(Modifier.isFinal(field.getModifiers())
                                && contains(ResolvableType.forField(field, owner), seen))) {
                    return false;
                }
            }
        }
        return true;
    }
}
