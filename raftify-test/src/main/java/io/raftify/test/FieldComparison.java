package io.raftify.test;

import io.raftify.replication.ReplicatedFields.ReplicatedField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares the replicated state of two applications in this JVM, field by field. */
final class FieldComparison {

    /** A state may be large, and a message is for people. */
    private static final int LONGEST_VALUE = 300;

    private FieldComparison() {}

    /**
     * One field that is not the same.
     *
     * @param one the value here, for people
     * @param other the value there, for people
     */
    record Difference(String bean, String beanClass, String field, String one, String other) {

        @Override
        public String toString() {
            return describe(bean, beanClass, field) + " is " + one + " and " + other;
        }
    }

    static String describe(String bean, String beanClass, String field) {
        return "field '" + field + "' of bean '" + bean + "' (" + beanClass + ")";
    }

    static List<Difference> differences(List<ReplicatedField> fields, List<ReplicatedField> others) {
        Map<String, ReplicatedField> byName = new LinkedHashMap<>();
        others.forEach(each -> byName.put(each.bean() + "." + each.name(), each));
        List<Difference> differences = new ArrayList<>();
        for (ReplicatedField field : fields) {
            ReplicatedField other = byName.remove(field.bean() + "." + field.name());
            if (other == null || !same(field, other)) {
                differences.add(new Difference(
                        field.bean(),
                        field.beanClass().getSimpleName(),
                        field.name(),
                        text(field.value()),
                        other == null ? "not there" : text(other.value())));
            }
        }
        byName.values()
                .forEach(only -> differences.add(new Difference(
                        only.bean(),
                        only.beanClass().getSimpleName(),
                        only.name(),
                        "not there",
                        text(only.value()))));
        return differences;
    }

    /** Written alike, or made of equal parts: a hash map may be written in another order after it was restored. */
    private static boolean same(ReplicatedField one, ReplicatedField other) {
        return one.digest().equals(other.digest()) || Likeness.alike(one.value(), other.value());
    }

    static String text(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
    }
}
