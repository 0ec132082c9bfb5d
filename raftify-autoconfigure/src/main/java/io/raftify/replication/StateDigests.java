package io.raftify.replication;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
final class StateDigests {

    private final ReplicatedBeans beans;
    private final List<LibraryState> own;
    private final CborFormat format;
    private final Map<StateField, Writers> writers = new ConcurrentHashMap<>();

    StateDigests(ReplicatedBeans beans, List<LibraryState> own) {
        this.beans = beans;
        this.own = List.copyOf(own);
        this.format = beans.stateFormat().forDigests();
    }

    /**
     * Fixes the state now, to be called while no command runs; the hashing of fields whose values never change is left to
     * what is returned, which may be called later and on any thread.
     */
    Supplier<StateDigest> capture() {
        List<Supplier<StateDigest.Part>> parts = new ArrayList<>();
        for (ReplicatedBean bean : beans.beans()) {
            for (StateField field : bean.state()) {
                FrozenField frozen = FrozenField.of(field);
                Supplier<StateDigest.Part> part =
                        () -> new StateDigest.Part(bean.name(), field.name(), hash(field, frozen));
                parts.add(field.isImmutable() ? part : done(part));
            }
            StreamedState streamed = bean.streamed();
            byte[] digest = streamed != null ? streamed.digest() : null;
            if (digest != null) {
                HashedOutput out = new HashedOutput();
                out.write(digest);
                parts.add(done(() -> new StateDigest.Part(bean.name(), "", out.hash())));
            }
        }
        for (LibraryState part : own) {
            parts.add(done(() -> new StateDigest.Part("", part.name(), hash(part))));
        }
        return () -> new StateDigest(parts.stream().map(Supplier::get).toList());
    }

    private static Supplier<StateDigest.Part> done(Supplier<StateDigest.Part> part) {
        StateDigest.Part now = part.get();
        return () -> now;
    }

    private static String hash(LibraryState part) {
        HashedOutput out = new HashedOutput();
        try {
            part.write(new DataOutputStream(out));
        } catch (IOException impossible) {
            throw new UncheckedIOException("hashing does not fail", impossible);
        }
        return out.hash();
    }

    /** @throws UnwritableStateException if a snapshot of it could not be written either */
    private String hash(StateField field, FrozenField frozen) {
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
                        out.write(sum(field, frozen));
                    }
                }
            }
        } catch (JacksonException unwritable) {
            throw new UnwritableStateException(field, unwritable.getOriginalMessage(), unwritable);
        }
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

    private byte[] sum(StateField field, FrozenField frozen) {
        ElementHashes hashes = new ElementHashes();
        try (JsonGenerator generator = format.mapper().createGenerator(hashes)) {
            for (int i = 0; i < frozen.size(); i++) {
                writeElement(field, frozen, i, generator);
                generator.flush();
                hashes.endElement();
            }
        }
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
