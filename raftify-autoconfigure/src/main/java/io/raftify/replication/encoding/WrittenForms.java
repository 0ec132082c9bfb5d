package io.raftify.replication.encoding;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.ResolvableType;

/**
 * The form in which values of a type are written, in words: {@code java.util.List<{cents: long, id: java.lang.String}>}.
 * What the application calls its own classes, and in which order their fields stand, is not part of it, since it is not
 * written either. So builds whose words are the same read each other's values, and whose words differ may not.
 *
 * <p>Thread-safe; what was found once is kept.
 */
public final class WrittenForms {

    private final Map<Type, Long> byType = new ConcurrentHashMap<>();

    /** Stands for the words of the type in outcomes; never 0. */
    public long of(Type type) {
        return byType.computeIfAbsent(type, each -> hash(words(each)));
    }

    public static String words(Type type) {
        StringBuilder words = new StringBuilder();
        append(ResolvableType.forType(type), words, new ArrayList<>());
        return words.toString();
    }

    /** The arguments of a command, in order. */
    public static String ofArguments(List<Type> arguments) {
        StringBuilder words = new StringBuilder("(");
        for (Type argument : arguments) {
            words.append(words.length() > 1 ? ", " : "").append(words(argument));
        }
        return words.append(')').toString();
    }

    public static long hash(String words) {
        long hash =
                ByteBuffer.wrap(Sha256.begin().digest(words.getBytes(UTF_8))).getLong();
        return hash == 0 ? 1 : hash;
    }

    /** @param around the classes whose fields are being named; one that is in itself is named by how far out it is */
    private static void append(ResolvableType type, StringBuilder words, List<String> around) {
        Class<?> raw = type.toClass();
        if (raw.isArray()) {
            append(type.getComponentType(), words, around);
            words.append("[]");
        } else if (raw.isEnum()) {
            List<String> names = Arrays.stream(raw.getEnumConstants())
                    .map(each -> ((Enum<?>) each).name())
                    .sorted()
                    .toList();
            words.append("one of ").append(names);
        } else if (EncodableTypes.isScalar(raw)
                || raw.getName().startsWith("java.")
                || Map.class.isAssignableFrom(raw)
                || Collection.class.isAssignableFrom(raw)) {
            words.append(raw.getName());
            String separator = "<";
            for (ResolvableType generic : type.getGenerics()) {
                words.append(separator);
                append(generic, words, around);
                separator = ", ";
            }
            words.append(separator.equals("<") ? "" : ">");
        } else {
            appendFields(type, words, around);
        }
    }

    private static void appendFields(ResolvableType type, StringBuilder words, List<String> around) {
        int known = around.lastIndexOf(type.toString());
        if (known >= 0) {
            words.append("itself").append(around.size() - known);
            return;
        }
        around.add(type.toString());
        SortedMap<String, ResolvableType> fields = new TreeMap<>();
        WrittenField.of(type).forEach(field -> fields.putIfAbsent(field.name(), field.type()));
        words.append('{');
        String separator = "";
        for (Map.Entry<String, ResolvableType> field : fields.entrySet()) {
            words.append(separator).append(field.getKey()).append(": ");
            append(field.getValue(), words, around);
            separator = ", ";
        }
        words.append('}');
        around.remove(around.size() - 1);
    }
}
