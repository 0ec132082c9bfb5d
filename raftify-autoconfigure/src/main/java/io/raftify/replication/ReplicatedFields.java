package io.raftify.replication;

import io.raftify.replication.state.StateDigests;
import io.raftify.replication.state.UnwritableStateException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks at the replicated state field by field, between two commands. For tests that compare members. */
public final class ReplicatedFields {

    private ReplicatedFields() {}

    /**
     * One field marked {@link io.raftify.annotation.ReplicatedState}, or what a bean that is a {@link StreamedState} says
     * of its own.
     *
     * @param bean the bean's name
     * @param beanClass the bean's class, without proxies
     * @param name the field's name; null for the state that the bean writes itself
     * @param value what is in the field now: the live object, to be looked at by the reader alone
     * @param digest in hexadecimal; the same for values that members need not tell apart, such as hash maps in different
     *     orders
     */
    public record ReplicatedField(
            String bean,
            Class<?> beanClass,
            @Nullable String name,
            @Nullable Object value,
            String digest) {}

    /**
     * Reads all fields of all replicated beans at one moment: no command is applied until the reader returns.
     *
     * @param reader must not keep the values, nor change them
     * @throws UnwritableStateException if a field holds what no snapshot can hold
     */
    public static <R> R read(ReplicatedBeans beans, Function<List<ReplicatedField>, R> reader) {
        return beans.gate().shared(() -> reader.apply(fields(beans)));
    }

    private static List<ReplicatedField> fields(ReplicatedBeans beans) {
        Map<String, byte[]> digests = new StateDigests(beans.state()).all();
        List<ReplicatedField> fields = new ArrayList<>();
        for (ReplicatedBean bean : beans.beans()) {
            bean.state().values().forEach((field, value) -> {
                byte[] digest = Objects.requireNonNull(digests.get(bean.name() + "." + field), field);
                fields.add(new ReplicatedField(
                        bean.name(), bean.type(), field, value, HexFormat.of().formatHex(digest)));
            });
            byte[] own = digests.get(bean.name());
            if (own != null) {
                fields.add(new ReplicatedField(
                        bean.name(), bean.type(), null, null, HexFormat.of().formatHex(own)));
            }
        }
        return fields;
    }
}
