package io.raftify.replication.state;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.ContainerKind;
import io.raftify.replication.encoding.ElementHashes;
import io.raftify.replication.encoding.HashedOutput;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectWriter;

/**
 * Hashes the state of all beans, field by field, so that members can be compared at equal indexes and the field that differs
 * be named. What a container does not promise is not hashed: neither the order of a {@code HashMap} nor a container's class.
 *
 * <p>Of the beans alone: the library's own state follows from the log, but for messages of exceptions, which need not be the
 * same in every Java version.
 */
public final class StateDigests {

    private static final Logger log = LoggerFactory.getLogger(StateDigests.class);

    /** In the place of a digest. */
    private static final byte[] UNHASHED = "cannot be hashed".getBytes(StandardCharsets.US_ASCII);

    private final ApplicationState state;
    private final CborFormat format;

    /** What was reported. */
    private final Set<Object> unhashed = new HashSet<>();

    private final Map<StateField, Writers> writers = new ConcurrentHashMap<>();

    public StateDigests(ApplicationState state) {
        this.state = state;
        this.format = state.format().forDigests();
    }

    /**
     * Hashes what there is now, to be called while no command runs: 128 bits for each field, by {@code bean.field}, and by
     * {@code bean} for what a bean writes itself. Fields that are not put back when a command throws are left out: they may be
     * large, and nothing else goes through them that often. What cannot be hashed has a digest that says so: a command that was
     * acknowledged put it there, which is no reason to stop applying, here or anywhere.
     */
    public Map<String, byte[]> take() {
        Map<String, byte[]> digests = new LinkedHashMap<>();
        for (BeanState bean : state.beans()) {
            takeFields(bean, true, digests);
            try {
                takeStreamed(bean, digests);
            } catch (RuntimeException ofTheBean) {
                digests.put(
                        bean.name(),
                        unhashed(bean, "StreamedState.digest() of bean " + bean.name() + " failed", ofTheBean));
            }
        }
        return digests;
    }

    /**
     * The same of the fields that {@link #take} leaves out.
     *
     * @param digests where they are put
     * @return how many bytes were hashed, the same on every member
     */
    public long takeLarge(Map<String, byte[]> digests) {
        long hashed = 0;
        for (BeanState bean : state.beans()) {
            hashed += takeFields(bean, false, digests);
        }
        return hashed;
    }

    /**
     * The same of everything.
     *
     * @throws UnwritableStateException if a field holds what no snapshot can hold either
     */
    public Map<String, byte[]> all() {
        Map<String, byte[]> digests = new LinkedHashMap<>();
        for (BeanState bean : state.beans()) {
            for (StateField field : bean.fields()) {
                digests.put(name(bean, field), hash(field).digest());
            }
            takeStreamed(bean, digests);
        }
        return digests;
    }

    private static void takeStreamed(BeanState bean, Map<String, byte[]> digests) {
        StreamedPart streamed = bean.streamed();
        byte[] made = streamed != null ? streamed.digest() : null;
        if (made != null) {
            digests.put(bean.name(), HashedOutput.hashOf(made));
        }
    }

    private static String name(BeanState bean, StateField field) {
        return bean.name() + "." + field.name();
    }

    private long takeFields(BeanState bean, boolean rolledBack, Map<String, byte[]> digests) {
        long hashed = 0;
        for (StateField field : bean.fields()) {
            if (field.isRolledBack() == rolledBack) {
                FieldHash hash = hashOrMark(field);
                digests.put(name(bean, field), hash.digest());
                hashed += hash.bytes();
            }
        }
        return hashed;
    }

    private record FieldHash(byte[] digest, long bytes) {}

    private FieldHash hashOrMark(StateField field) {
        try {
            return hash(field);
        } catch (UnwritableStateException unwritable) {
            return new FieldHash(unhashed(field, String.valueOf(unwritable.getMessage()), unwritable), 0);
        }
    }

    private byte[] unhashed(Object part, String problem, RuntimeException cause) {
        if (unhashed.add(part)) {
            log.error("{}. Members cannot be compared in this until it is mended.", problem, cause);
        }
        return UNHASHED;
    }

    private FieldHash hash(StateField field) {
        FrozenField frozen = FrozenField.of(field);
        HashedOutput out = new HashedOutput();
        long summed = 0;
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
                        ElementHashes elements = hashes(field, frozen);
                        byte[] sum = elements.sum();
                        out.write(sum, 0, sum.length);
                        summed = elements.bytes();
                    }
                }
            }
        } catch (JacksonException unwritable) {
            throw new UnwritableStateException(field, unwritable.getOriginalMessage(), unwritable);
        }
        return new FieldHash(out.hash(), out.count() + summed);
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

    private ElementHashes hashes(StateField field, FrozenField frozen) {
        ElementHashes hashes = new ElementHashes();
        try (JsonGenerator generator = format.mapper().createGenerator(hashes)) {
            for (int i = 0; i < frozen.size(); i++) {
                writeElement(field, frozen, i, generator);
                generator.flush();
                hashes.endElement();
            }
        }
        return hashes;
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
