package io.raftify.replication.state;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.ContainerKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * How one state field is written and read: a byte that says of what shape it is, then a value, or a byte for the
 * {@linkplain ContainerKind kind} of container and its elements one by one, so that a large one is never there twice. A
 * map's keys and values alternate, so that a key may be of any type that a value may be of.
 *
 * <p>Part of the persistent format.
 */
final class FieldFormat {

    private static final int NULL = 'N';
    private static final int VALUE = 'V';
    private static final int MAP = 'M';
    private static final int COLLECTION = 'C';

    /** The container that the field had when the application started, which is the same class in every one. */
    private static final int AS_AT_START = 0;

    private final CborFormat format;
    private final Map<StateField, Forms> forms = new ConcurrentHashMap<>();

    FieldFormat(CborFormat format) {
        this.format = format.forState();
    }

    /** Writes what the field holds now. */
    Chunks write(StateField field) {
        Chunks out = new Chunks();
        try {
            write(field, FrozenField.of(field), out);
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail to be written", impossible);
        }
        return out;
    }

    /**
     * Writes what the field held.
     *
     * @throws UnwritableStateException if it cannot be read back as it is
     */
    void write(StateField field, FrozenField frozen, OutputStream out) throws IOException {
        try {
            switch (frozen.shape()) {
                case NULL -> out.write(NULL);
                case VALUE -> {
                    out.write(VALUE);
                    forms(field).values.writer.writeValue(new Unclosable(out), frozen.value());
                }
                case MAP -> {
                    out.write(MAP);
                    out.write(kind(field, frozen));
                    writeMap(field, frozen, out);
                }
                case COLLECTION -> {
                    out.write(COLLECTION);
                    out.write(kind(field, frozen));
                    writeCollection(field, frozen, out);
                }
            }
        } catch (JacksonIOException disk) {
            throw disk.getCause();
        } catch (JacksonException unwritable) {
            throw new UnwritableStateException(field, unwritable.getOriginalMessage(), unwritable);
        }
    }

    private static int kind(StateField field, FrozenField frozen) {
        Object container = frozen.held();
        if (container == null || container == field.first()) {
            return AS_AT_START;
        }
        ContainerKind kind = ContainerKind.of(container);
        if (kind == null) {
            throw new UnwritableStateException(field, ContainerKind.problemWith(container));
        }
        return kind.number();
    }

    private void writeMap(StateField field, FrozenField frozen, OutputStream out) {
        Forms as = forms(field);
        try (JsonGenerator generator = format.mapper().createGenerator(new Unclosable(out))) {
            generator.writeStartArray();
            for (int i = 0; i < frozen.size(); i++) {
                as.keys.writer.writeValue(generator, frozen.keys()[i]);
                as.values.writer.writeValue(generator, frozen.elements()[i]);
            }
            generator.writeEndArray();
        }
    }

    private void writeCollection(StateField field, FrozenField frozen, OutputStream out) {
        Forms as = forms(field);
        try (JsonGenerator generator = format.mapper().createGenerator(new Unclosable(out))) {
            generator.writeStartArray();
            for (int i = 0; i < frozen.size(); i++) {
                as.values.writer.writeValue(generator, frozen.elements()[i]);
            }
            generator.writeEndArray();
        }
    }

    /** Reads it all and keeps nothing: afterwards it is known that {@link #restore} can read these bytes. */
    void verify(StateField field, InputStream in) throws IOException {
        Shape shape = readShape(field, in);
        Object container = shape.isContainer() ? target(field, shape) : null;
        boolean refusesNull = container != null && ContainerKind.refusesNull(container);
        Consumer<@Nullable Object> part = value -> {
            if (value == null && refusesNull) {
                throw new UncheckedIOException(
                        new IOException("The state of " + field + " does not take null, which was written from it"));
            }
        };
        readContent(field, shape, in, FieldFormat::ignore, part, (key, value) -> {
            part.accept(key);
            part.accept(value);
        });
    }

    private static void ignore(@Nullable Object read) {
        // It could be read, and that was the question.
    }

    /** Puts what was written into the field, into the container that it began with where that is what was written. */
    void restore(StateField field, InputStream in) throws IOException {
        Shape shape = readShape(field, in);
        if (!shape.isContainer()) {
            Consumer<@Nullable Object> whole = shape.letter == NULL ? field::set : field::setValue;
            readContent(field, shape, in, whole, FieldFormat::ignore, (key, value) -> {});
            return;
        }
        Object container = target(field, shape);
        readInto(field, shape, container, in);
        if (!field.isFinal()) {
            ContainerKind kind = container == field.first() ? null : ContainerKind.numbered(shape.kind);
            field.set(kind != null && kind.is(field.type().toClass()) ? kind.finish(container) : container);
        }
    }

    /** Empties this container, which the field held when it was written, and fills it with what was written. */
    void refill(StateField field, Object container, InputStream in) throws IOException {
        readInto(field, readShape(field, in), container, in);
    }

    @SuppressWarnings("unchecked")
    private void readInto(StateField field, Shape shape, Object container, InputStream in) throws IOException {
        if (container instanceof Map<?, ?>) {
            Map<@Nullable Object, @Nullable Object> map = (Map<@Nullable Object, @Nullable Object>) container;
            map.clear();
            readContent(field, shape, in, field::set, FieldFormat::ignore, taken(field, map::put));
            return;
        }
        Collection<@Nullable Object> collection = (Collection<@Nullable Object>) container;
        boolean atOnce = FrozenField.copiesOnWrite(collection);
        Collection<@Nullable Object> filled = atOnce ? new ArrayList<>() : collection;
        collection.clear();
        BiConsumer<@Nullable Object, @Nullable Object> add = taken(field, (element, none) -> filled.add(element));
        readContent(field, shape, in, field::set, element -> add.accept(element, null), (key, value) -> {});
        if (atOnce) {
            FrozenField.fill(collection, (List<@Nullable Object>) filled);
        }
    }

    /** The container to fill: the one the field began with, or one of the kind that was written. */
    private static Object target(StateField field, Shape shape) {
        Object first = field.first();
        if (first != null && (shape.kind == AS_AT_START || field.isFinal())) {
            return first;
        }
        ContainerKind kind = ContainerKind.numbered(shape.kind);
        return kind != null && kind.is(field.type().toClass())
                ? kind.empty(field.elementClass())
                : field.newContainer();
    }

    /** A container may refuse what the one that was there when it was written took. */
    private static BiConsumer<@Nullable Object, @Nullable Object> taken(
            StateField field, BiConsumer<@Nullable Object, @Nullable Object> put) {
        return (first, second) -> {
            try {
                put.accept(first, second);
            } catch (RuntimeException refusal) {
                throw new UncheckedIOException(new IOException(
                        "The state of " + field + " does not take what was written from it: " + refusal, refusal));
            }
        };
    }

    private static Shape readShape(StateField field, InputStream in) throws IOException {
        int letter = in.read();
        boolean fits = switch (letter) {
            case NULL -> !field.isFinal() && !field.isPrimitive();
            case VALUE -> !field.isMap() && !field.isCollection();
            case MAP -> field.isMap();
            case COLLECTION -> field.isCollection();
            default -> false;
        };
        if (!fits) {
            throw new IOException(
                    "The state of " + field + " was written from a field of another kind than " + field.type());
        }
        int kind = AS_AT_START;
        if (letter == MAP || letter == COLLECTION) {
            kind = in.read();
            if (kind != AS_AT_START && ContainerKind.numbered(kind) == null) {
                throw new IOException("The state of " + field + " was written from a container of kind " + kind
                        + ", which this version of the library does not know");
            }
        }
        return new Shape(letter, kind);
    }

    private void readContent(
            StateField field,
            Shape shape,
            InputStream in,
            Consumer<@Nullable Object> whole,
            Consumer<@Nullable Object> element,
            BiConsumer<@Nullable Object, @Nullable Object> entry)
            throws IOException {
        try {
            switch (shape.letter) {
                case NULL -> whole.accept(null);
                case VALUE -> whole.accept(readValue(field, in));
                case MAP -> readMap(field, in, entry);
                default -> readCollection(field, in, element);
            }
        } catch (UncheckedIOException refused) {
            throw refused.getCause();
        } catch (RuntimeException unreadable) {
            // Not Jackson's own exception alone: malformed bytes reach states that it calls impossible.
            String why =
                    unreadable instanceof JacksonException known ? known.getOriginalMessage() : unreadable.toString();
            throw new IOException(
                    "The state of " + field + " cannot be read as " + field.type() + ": " + why, unreadable);
        }
    }

    private @Nullable Object readValue(StateField field, InputStream in) throws IOException {
        Object value = forms(field).values.reader.readValue(in);
        AtomicHolder holder = field.holder();
        if (value == null && (field.isPrimitive() || holder != null && !holder.takesNull())) {
            throw new IOException("The state of " + field + " does not take null, which was written from it");
        }
        return value;
    }

    private void readMap(StateField field, InputStream in, BiConsumer<@Nullable Object, @Nullable Object> entry) {
        Forms as = forms(field);
        try (JsonParser parser = format.mapper().createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Object key = as.keys.reader.readValue(parser);
                parser.nextToken();
                entry.accept(key, as.values.reader.readValue(parser));
            }
        }
    }

    private void readCollection(StateField field, InputStream in, Consumer<@Nullable Object> element) {
        Forms as = forms(field);
        try (JsonParser parser = format.mapper().createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                element.accept(as.values.reader.readValue(parser));
            }
        }
    }

    private Forms forms(StateField field) {
        return forms.computeIfAbsent(field, each -> {
            boolean container = each.isMap() || each.isCollection();
            Form values = form(container ? each.elementType() : each.valueType());
            return new Forms(each.isMap() ? form(each.keyType()) : values, values);
        });
    }

    private Form form(ResolvableType type) {
        return new Form(format.writer(type), format.reader(type));
    }

    private record Form(ObjectWriter writer, ObjectReader reader) {}

    private record Forms(Form keys, Form values) {}

    /** How a field's bytes begin. */
    private record Shape(int letter, int kind) {

        boolean isContainer() {
            return letter == MAP || letter == COLLECTION;
        }
    }

    /** What writes a value closes what it writes to, but other fields follow. */
    private static final class Unclosable extends java.io.FilterOutputStream {

        Unclosable(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() {
            // There is more to come.
        }

        @Override
        public void close() {
            // There is more to come.
        }
    }
}
