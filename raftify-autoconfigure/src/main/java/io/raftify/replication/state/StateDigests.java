package io.raftify.replication.state;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.ContainerKind;
import io.raftify.replication.encoding.ElementHashes;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectWriter;

/**
 * Hashes the state of all beans and of the library, part by part, so that members can be compared at equal indexes and the
 * part that differs be named. What a container does not promise is not hashed: neither the order of a {@code HashMap} nor
 * a container's class.
 */
public final class StateDigests {

    private final ApplicationState state;
    private final List<LibraryState> own;
    private final CborFormat format;
    private final Map<StateField, Writers> writers = new ConcurrentHashMap<>();

    /** @param own the parts of the library that are hashed beside the beans */
    public StateDigests(ApplicationState state, List<LibraryState> own) {
        this.state = state;
        this.own = List.copyOf(own);
        this.format = state.format().forDigests();
    }

    /**
     * Fixes the state now, to be called while no command runs. Fields whose values never change are kept by reference and
     * hashed when they are asked for; the others are hashed at once.
     */
    public Captured capture() {
        Map<String, Supplier<byte[]>> digests = new LinkedHashMap<>();
        LongAdder hashed = new LongAdder();
        long elements = 0;
        for (BeanState bean : state.beans()) {
            for (StateField field : bean.fields()) {
                FrozenField frozen = FrozenField.of(field);
                elements += frozen.size();
                Supplier<byte[]> digest = () -> hash(field, frozen, hashed);
                digests.put(bean.name() + "." + field.name(), field.isImmutable() ? digest : now(digest));
            }
            StreamedPart streamed = bean.streamed();
            byte[] made = streamed != null ? streamed.digest() : null;
            if (made != null) {
                digests.put(bean.name(), now(() -> hash(made)));
            }
        }
        for (LibraryState part : own) {
            digests.put("(" + part.name() + ")", now(() -> hash(part)));
        }
        return new Captured(digests, elements, hashed);
    }

    private static Supplier<byte[]> now(Supplier<byte[]> digest) {
        byte[] known = digest.get();
        return () -> known;
    }

    /** The state at one moment. May be hashed by any thread, at any later time. */
    public static final class Captured {

        private final Map<String, Supplier<byte[]>> digests;
        private final long elements;
        private final LongAdder hashed;

        private Captured(Map<String, Supplier<byte[]>> digests, long elements, LongAdder hashed) {
            this.digests = digests;
            this.elements = elements;
            this.hashed = hashed;
        }

        /** How many bytes of fields were hashed by now. The same on every member, once all digests were asked for. */
        public long hashed() {
            return hashed.sum();
        }

        /** How many elements there are in all containers that are fields, which says what hashing them costs. */
        public long elements() {
            return elements;
        }

        /**
         * 128 bits for each part: {@code bean.field} for a field, {@code bean} for what a bean writes itself,
         * {@code (name)} for a part of the library.
         *
         * @throws UnwritableStateException if a field holds what no snapshot can hold either
         */
        public Map<String, byte[]> digests() {
            Map<String, byte[]> hashed = new LinkedHashMap<>();
            digests.forEach((part, digest) -> hashed.put(part, digest.get()));
            return hashed;
        }
    }

    private static byte[] hash(byte[] digest) {
        HashedOutput out = new HashedOutput();
        out.write(digest, 0, digest.length);
        return out.hash();
    }

    private static byte[] hash(LibraryState part) {
        HashedOutput out = new HashedOutput();
        try {
            part.write(new DataOutputStream(out));
        } catch (IOException impossible) {
            throw new UncheckedIOException("hashing does not fail", impossible);
        }
        return out.hash();
    }

    /** @throws UnwritableStateException if a snapshot of it could not be written either */
    private byte[] hash(StateField field, FrozenField frozen, LongAdder hashed) {
        HashedOutput out = new HashedOutput();
        try {
            switch (frozen.shape()) {
                case NULL -> out.write('N');
                case VALUE -> {
                    out.write('V');
                    writers(field).elements.writeValue(out, frozen.value());
                }
                default -> {
                    Object container = frozen.held();
                    if (container != null && ContainerKind.isOrdered(container)) {
                        out.write('O');
                        writeInOrder(field, frozen, out);
                    } else {
                        out.write('U');
                        byte[] sum = sum(field, frozen, hashed);
                        out.write(sum, 0, sum.length);
                    }
                }
            }
        } catch (JacksonException unwritable) {
            throw new UnwritableStateException(field, unwritable.getOriginalMessage(), unwritable);
        }
        hashed.add(out.count());
        return out.hash();
    }

    private void writeInOrder(StateField field, FrozenField frozen, HashedOutput out) {
        try (JsonGenerator generator = format.mapper().createGenerator(out)) {
            generator.writeStartArray();
            for (int i = 0; i < frozen.size(); i++) {
                writeElement(field, frozen, i, generator);
            }
            generator.writeEndArray();
        }
    }

    private byte[] sum(StateField field, FrozenField frozen, LongAdder hashed) {
        ElementHashes hashes = new ElementHashes();
        try (JsonGenerator generator = format.mapper().createGenerator(hashes)) {
            for (int i = 0; i < frozen.size(); i++) {
                writeElement(field, frozen, i, generator);
                generator.flush();
                hashes.endElement();
            }
        }
        hashed.add(hashes.bytes());
        return hashes.sum();
    }

    private void writeElement(StateField field, FrozenField frozen, int at, JsonGenerator generator) {
        Writers as = writers(field);
        if (field.isMap()) {
            as.keys.writeValue(generator, frozen.keys()[at]);
        }
        as.elements.writeValue(generator, frozen.elements()[at]);
    }

    private Writers writers(StateField field) {
        return writers.computeIfAbsent(field, each -> {
            boolean container = each.isMap() || each.isCollection();
            ObjectWriter elements = writer(container ? each.elementType() : each.valueType());
            return new Writers(each.isMap() ? writer(each.keyType()) : elements, elements);
        });
    }

    private ObjectWriter writer(ResolvableType type) {
        return format.writer(type);
    }

    private record Writers(ObjectWriter keys, ObjectWriter elements) {}
}
