package io.raftify.replication.state;

import io.raftify.replication.encoding.ContainerKind;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field that holds an object that was found elsewhere, and that others may change.
 *
 * @param bean the bean's name
 * @param type the bean's class
 * @param name the field's name
 * @param holder whether the object holds the field's value, as an {@code AtomicLong} does, and is no container
 */
public record LiveField(String bean, Class<?> type, String name, boolean holder) {

    /** Null if there is none. */
    static @Nullable LiveField of(Collection<BeanState> beans, @Nullable Object held) {
        if (!(held instanceof Map<?, ?>
                || held instanceof Collection<?>
                || held != null && AtomicHolder.of(held.getClass()) != null)) {
            return null;
        }
        for (BeanState bean : beans) {
            for (StateField field : bean.fields()) {
                if (field.get() == held && isChangeable(field, held)) {
                    return new LiveField(bean.name(), bean.type(), field.name(), field.holder() != null);
                }
            }
        }
        return null;
    }

    /** Whoever is asked whether it takes elements notes that down as a change, so well-known ones are not. */
    private static boolean isChangeable(StateField field, Object held) {
        Class<?> type = held.getClass();
        boolean known = type.getPackageName().startsWith("java.util") && Modifier.isPublic(type.getModifiers());
        return field.holder() != null || held == field.first() || known || ContainerKind.isChangeable(held);
    }
}
