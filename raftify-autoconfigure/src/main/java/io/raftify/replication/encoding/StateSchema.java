package io.raftify.replication.encoding;

import java.util.HashSet;
import java.util.Set;
import org.springframework.core.ResolvableType;

/**
 * A type in words, with the fields of every class in it where it is first named:
 * {@code java.util.Map<java.lang.String, shop.Order{id: java.lang.String, cents: long}>}. Two types of the same words are
 * written alike. Stands in snapshots, to say what changed since.
 */
public final class StateSchema {

    private StateSchema() {}

    public static String of(ResolvableType type) {
        StringBuilder words = new StringBuilder();
        append(type, words, new HashSet<>());
        return words.toString();
    }

    private static void append(ResolvableType type, StringBuilder words, Set<String> seen) {
        Class<?> raw = type.toClass();
        if (raw.isArray()) {
            append(type.getComponentType(), words, seen);
            words.append("[]");
            return;
        }
        words.append(raw.getName());
        ResolvableType[] generics = type.getGenerics();
        for (int i = 0; i < generics.length; i++) {
            words.append(i == 0 ? "<" : ", ");
            append(generics[i], words, seen);
        }
        words.append(generics.length > 0 ? ">" : "");
        if (!EncodableTypes.isScalar(raw) && !raw.getName().startsWith("java.") && seen.add(type.toString())) {
            appendFields(type, words, seen);
        }
    }

    private static void appendFields(ResolvableType type, StringBuilder words, Set<String> seen) {
        String separator = "{";
        for (WrittenField field : WrittenField.of(type)) {
            words.append(separator).append(field.name()).append(": ");
            append(field.type(), words, seen);
            separator = ", ";
        }
        words.append(separator.equals("{") ? "{}" : "}");
    }
}
