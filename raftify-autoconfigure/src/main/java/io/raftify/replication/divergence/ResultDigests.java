package io.raftify.replication.divergence;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.HashedOutput;
import io.raftify.replication.encoding.ImmutableTypes;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.ObjectWriter;

/**
 * Hashes what commands return, so that it can be compared between members: like state, without the order in what promises
 * none. That of a {@code Set.of} is another in every JVM, that of a {@code HashMap} is another once it was restored.
 */
public final class ResultDigests {

    /** In the place of a digest, for what can be encoded but not hashed; nothing is compared then. */
    private static final byte[] UNHASHED = "cannot be hashed".getBytes(StandardCharsets.US_ASCII);

    private final CborFormat format;

    /** Empty for a type whose values have one form only. */
    private final Map<Type, Optional<ObjectWriter>> writers = new ConcurrentHashMap<>();

    public ResultDigests(CborFormat format) {
        this.format = format.forDigests();
    }

    /**
     * Of what a command returned.
     *
     * @param type the type of what is written of it
     * @param encoded the same by the codec
     */
    public byte[] of(Type type, @Nullable Object result, byte[] encoded) {
        Optional<ObjectWriter> writer = writers.computeIfAbsent(type, this::find);
        if (writer.isEmpty()) {
            return HashedOutput.hashOf(encoded);
        }
        HashedOutput out = new HashedOutput();
        try {
            writer.get().writeValue(out, result);
            return out.hash();
        } catch (RuntimeException ofTheValue) {
            return UNHASHED;
        }
    }

    private Optional<ObjectWriter> find(Type type) {
        ResolvableType resolvable = ResolvableType.forType(type);
        return type == void.class || ImmutableTypes.contains(resolvable)
                ? Optional.empty()
                : Optional.of(format.writer(resolvable));
    }

    /** Of an exception: its type alone. Messages need not be the same in every Java version. */
    public static byte[] ofException(String type) {
        return type.getBytes(StandardCharsets.UTF_8);
    }
}
