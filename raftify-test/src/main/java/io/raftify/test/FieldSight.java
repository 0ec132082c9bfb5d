package io.raftify.test;

import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedFields;
import io.raftify.replication.ReplicatedFields.ReplicatedField;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A field of a replicated bean as it was at one moment; of its value only what can be kept without going on changing.
 *
 * @param name null for the state that a bean writes itself
 * @param text the value, for people
 */
record FieldSight(String bean, String beanClass, @Nullable String name, String digest, String text) {

    /** A state may be large, and a message is for people. */
    private static final int LONGEST_TEXT = 300;

    /** All fields of an application's replicated beans, between two commands. */
    static List<FieldSight> of(ReplicatedBeans beans) {
        return ReplicatedFields.read(
                beans, fields -> fields.stream().map(FieldSight::of).toList());
    }

    private static FieldSight of(ReplicatedField field) {
        return new FieldSight(
                field.bean(),
                field.beanClass().getSimpleName(),
                field.name(),
                field.digest(),
                field.name() == null ? "digest " + field.digest() : shortened(field.value()));
    }

    /** The first field that is not the same on both sides; there must be the same fields. */
    static Optional<Difference> firstDifference(List<FieldSight> one, List<FieldSight> other) {
        Map<String, FieldSight> others =
                other.stream().collect(Collectors.toMap(FieldSight::toString, Function.identity()));
        for (FieldSight field : one) {
            FieldSight counterpart = others.get(field.toString());
            if (counterpart == null || !counterpart.digest.equals(field.digest)) {
                return Optional.of(new Difference(field, counterpart));
            }
        }
        return Optional.empty();
    }

    /** @param other null if there is no such field on the other side */
    record Difference(FieldSight one, @Nullable FieldSight other) {

        String otherText() {
            return other == null ? "not there" : other.text;
        }
    }

    static String shortened(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    /** To continue the sentence "the …". */
    @Override
    public String toString() {
        return (name == null ? "state that it writes itself" : "field '" + name + "'") + " of bean '" + bean + "' ("
                + beanClass + ")";
    }
}
