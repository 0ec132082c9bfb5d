package io.raftify.replication.session;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.HashedOutput;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectWriter;

/**
 * What stands for the key and for the arguments of a call with an {@link io.raftify.annotation.IdempotencyKey}: a hash that
 * is equal for what is equal. A call that is repeated has the same sets and maps, but seldom in the same order: that of
 * {@code Set.of} is another in every JVM.
 */
public final class KeyedCalls {

    private final CborFormat format;
    private final Map<Type, ObjectWriter> writers = new ConcurrentHashMap<>();

    public KeyedCalls(CborFormat format) {
        this.format = format.forEquality();
    }

    /**
     * Of the argument that is the key: 32 bytes; null if the call has none.
     *
     * @param what prints as the command in words
     * @param key the argument as it is written
     * @throws IllegalArgumentException if it cannot be written
     */
    public byte @Nullable [] key(Object what, Type type, @Nullable Object key) {
        if (key == null) {
            return null;
        }
        HashedOutput out = new HashedOutput();
        try {
            write(type, key, out);
        } catch (JacksonException unwritable) {
            throw new IllegalArgumentException(
                    "The idempotency key of " + what + " cannot be encoded: " + unwritable.getOriginalMessage(),
                    unwritable);
        }
        return out.wholeHash();
    }

    /** Of all arguments: 32 bytes; null if they can only be written by a codec of the application's. */
    public byte @Nullable [] argumentsDigest(List<Type> types, @Nullable Object[] arguments) {
        HashedOutput out = new HashedOutput();
        try {
            for (int i = 0; i < types.size(); i++) {
                write(types.get(i), arguments[i], out);
            }
        } catch (JacksonException unknownType) {
            return null;
        }
        return out.wholeHash();
    }

    private void write(Type type, @Nullable Object value, HashedOutput out) {
        writers.computeIfAbsent(type, each -> format.writer(ResolvableType.forType(each)))
                .writeValue(out, value);
    }
}
