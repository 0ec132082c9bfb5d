package io.raftify.replication.encoding;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.core.ResolvableType;

/** The classes whose objects are created again when values of some types are read. */
public final class ValueTypes {

    private final Set<Class<?>> found = new LinkedHashSet<>();
    private final Set<String> seen = new LinkedHashSet<>();

    private ValueTypes() {}

    /** In these types; without what is no class, or a class of the JDK itself. */
    public static Set<Class<?>> of(Collection<ResolvableType> written) {
        ValueTypes types = new ValueTypes();
        written.forEach(types::walk);
        return types.found;
    }

    private void walk(ResolvableType type) {
        Class<?> raw = type.resolve();
        if (raw == null || !seen.add(type.toString())) {
            return;
        }
        if (raw.isArray()) {
            walk(type.getComponentType());
            return;
        }
        for (ResolvableType generic : type.getGenerics()) {
            walk(generic);
        }
        if (raw.isPrimitive() || raw.isInterface() || raw.getName().startsWith("java.")) {
            return;
        }
        for (Class<?> level = raw; level != null && level != Object.class; level = level.getSuperclass()) {
            found.add(level);
        }
        WrittenField.of(type).forEach(field -> walk(field.type()));
    }
}
