package io.raftify.replication.encoding;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.ResolvableType;

/**
 * The fields of a class that stand for its values: those of the class itself first, then those that it extends.
 *
 * @param type with the class's type variables resolved
 */
record WrittenField(String name, ResolvableType type) {

    static List<WrittenField> of(ResolvableType owner) {
        List<WrittenField> fields = new ArrayList<>();
        for (Class<?> level = owner.toClass(); level != null && level != Object.class; level = level.getSuperclass()) {
            ResolvableType as = owner.as(level);
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    fields.add(new WrittenField(field.getName(), ResolvableType.forField(field, as)));
                }
            }
        }
        return fields;
    }
}
