package io.raftify.replication.state;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * The classes of {@code java.util.concurrent.atomic} that hold one value. A field of such a class may be final: what is
 * written, restored and put back is the value inside, never the holder, which others may have a hold of.
 */
enum AtomicHolder {
    LONG(AtomicLong.class, Long.class) {
        @Override
        Object create() {
            return new AtomicLong();
        }

        @Override
        Object get(Object holder) {
            return ((AtomicLong) holder).get();
        }

        @Override
        void put(Object holder, @Nullable Object value) {
            ((AtomicLong) holder).set(present(value, Long.class));
        }
    },
    INTEGER(AtomicInteger.class, Integer.class) {
        @Override
        Object create() {
            return new AtomicInteger();
        }

        @Override
        Object get(Object holder) {
            return ((AtomicInteger) holder).get();
        }

        @Override
        void put(Object holder, @Nullable Object value) {
            ((AtomicInteger) holder).set(present(value, Integer.class));
        }
    },
    BOOLEAN(AtomicBoolean.class, Boolean.class) {
        @Override
        Object create() {
            return new AtomicBoolean();
        }

        @Override
        Object get(Object holder) {
            return ((AtomicBoolean) holder).get();
        }

        @Override
        void put(Object holder, @Nullable Object value) {
            ((AtomicBoolean) holder).set(present(value, Boolean.class));
        }
    },
    ADDER(LongAdder.class, Long.class) {
        @Override
        Object create() {
            return new LongAdder();
        }

        @Override
        Object get(Object holder) {
            return ((LongAdder) holder).sum();
        }

        @Override
        void put(Object holder, @Nullable Object value) {
            LongAdder adder = (LongAdder) holder;
            adder.reset();
            adder.add(present(value, Long.class));
        }
    },
    REFERENCE(AtomicReference.class, null) {
        @Override
        Object create() {
            return new AtomicReference<>();
        }

        @Override
        @Nullable Object get(Object holder) {
            return ((AtomicReference<?>) holder).get();
        }

        @Override
        @SuppressWarnings("unchecked")
        void put(Object holder, @Nullable Object value) {
            ((AtomicReference<@Nullable Object>) holder).set(value);
        }
    };

    private final Class<?> type;
    private final @Nullable Class<?> content;

    AtomicHolder(Class<?> type, @Nullable Class<?> content) {
        this.type = type;
        this.content = content;
    }

    /** The one whose class the field declares; null if it declares no holder. */
    static @Nullable AtomicHolder of(Class<?> declared) {
        for (AtomicHolder each : values()) {
            if (each.type == declared) {
                return each;
            }
        }
        return null;
    }

    /** The type of the value inside a field of that type. */
    ResolvableType contentType(ResolvableType declared) {
        return content != null ? ResolvableType.forClass(content) : declared.getGeneric(0);
    }

    /** Whether there may be nothing inside. */
    boolean takesNull() {
        return content == null;
    }

    abstract Object create();

    abstract @Nullable Object get(Object holder);

    abstract void put(Object holder, @Nullable Object value);

    private static <T> T present(@Nullable Object value, Class<T> type) {
        if (value == null) {
            throw new IllegalArgumentException("nothing was written where a " + type.getSimpleName() + " belongs");
        }
        return type.cast(value);
    }
}
