package io.raftify.replication;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks at the replicated state field by field, between two commands. For tests that compare members. */
public final class ReplicatedFields {

    private ReplicatedFields() {}

    /**
     * One field marked {@link io.raftify.annotation.ReplicatedState}.
     *
     * @param bean the bean's name
     * @param beanClass the bean's class, without proxies
     * @param value what is in the field now: the live object, to be looked at by the reader alone
     * @param digest of the value as a snapshot holds it, in hexadecimal; where containers have no order of their own, equal
     *     values may be written in different orders and so have different digests
     */
    public record ReplicatedField(
            String bean, Class<?> beanClass, String name, @Nullable Object value, String digest) {}

    /**
     * Reads all fields of all replicated beans at one moment: no command is applied until the reader returns.
     *
     * @param reader must not keep the values, nor change them
     */
    public static <R extends @Nullable Object> R read(
            ReplicatedBeans beans, Function<List<ReplicatedField>, R> reader) {
        return beans.gate().shared(() -> reader.apply(fields(beans)));
    }

    private static List<ReplicatedField> fields(ReplicatedBeans beans) {
        FieldFormat format = new FieldFormat(beans.stateFormat());
        List<ReplicatedField> fields = new ArrayList<>();
        for (ReplicatedBean bean : beans.beans()) {
            for (StateField field : bean.state()) {
                fields.add(new ReplicatedField(
                        bean.name(), bean.type(), field.name(), field.get(), digest(format.write(field))));
            }
        }
        return fields;
    }

    private static String digest(Chunks written) {
        try {
            DigestOutputStream digested = new DigestOutputStream(
                    OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
            written.writeTo(digested);
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (IOException | NoSuchAlgorithmException impossible) {
            throw new UncheckedIOException(
                    "memory does not fail, and every Java platform has SHA-256", new IOException(impossible));
        }
    }
}
