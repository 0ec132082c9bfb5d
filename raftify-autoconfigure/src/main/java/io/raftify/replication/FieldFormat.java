package io.raftify.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * How one state field is written and read: a byte that says of what kind it is, then a value, or a container element by
 * element, so that a large one is never there twice. A map's keys and values alternate, so that a key may be of any
 * type that a value may be of.
 */
final class FieldFormat {

    private static final int NULL = 'N';
    private static final int VALUE = 'V';
    private static final int MAP = 'M';
    private static final int COLLECTION = 'C';

    private final CborFormat format;

    FieldFormat(CborFormat format) {
        this.format = format;
    }

    Chunks write(StateField field) {
        Chunks out = new Chunks();
        Object value = field.get();
        if (value == null) {
            out.write(NULL);
        } else if (value instanceof Map<?, ?> map && field.isMap()) {
            out.write(MAP);
            writeMap(field, map, out);
        } else if (value instanceof Collection<?> collection && field.isCollection()) {
            out.write(COLLECTION);
            writeCollection(field, collection, out);
        } else {
            out.write(VALUE);
            format.writer(field.type()).writeValue(out, value);
        }
        return out;
    }

    private void writeMap(StateField field, Map<?, ?> map, Chunks out) {
        ObjectWriter keys = format.writer(field.keyType());
        ObjectWriter values = format.writer(field.elementType());
        try (JsonGenerator generator = format.mapper().createGenerator(out)) {
            generator.writeStartArray();
            map.forEach((key, value) -> {
                keys.writeValue(generator, key);
                values.writeValue(generator, value);
            });
            generator.writeEndArray();
        }
    }

    private void writeCollection(StateField field, Collection<?> collection, Chunks out) {
        ObjectWriter elements = format.writer(field.elementType());
        try (JsonGenerator generator = format.mapper().createGenerator(out)) {
            generator.writeStartArray();
            collection.forEach(element -> elements.writeValue(generator, element));
            generator.writeEndArray();
        }
    }

    /** Reads it all and keeps nothing: afterwards it is known that {@link #restore} can read these bytes. */
    void verify(StateField field, InputStream in) throws IOException {
        read(field, in, value -> {}, element -> {}, (key, value) -> {});
    }

    /** Puts what was written into the field, into the container that is there if it can be changed. */
    @SuppressWarnings("unchecked")
    void restore(StateField field, InputStream in) throws IOException {
        if (!field.isMap() && !field.isCollection()) {
            read(field, in, field::set, element -> {}, (key, value) -> {});
            return;
        }
        boolean inPlace = field.holdsMutableContainer();
        Object container = inPlace ? field.get() : field.newContainer();
        if (container instanceof Map<?, ?> map) {
            map.clear();
            Map<@Nullable Object, @Nullable Object> filled = (Map<@Nullable Object, @Nullable Object>) map;
            if (read(field, in, field::set, element -> {}, taken(field, filled::put)) && !inPlace) {
                field.set(container);
            }
        } else if (container instanceof Collection<?> collection) {
            collection.clear();
            Collection<@Nullable Object> filled = (Collection<@Nullable Object>) collection;
            BiConsumer<@Nullable Object, @Nullable Object> add = (element, none) -> filled.add(element);
            BiConsumer<@Nullable Object, @Nullable Object> taken = taken(field, add);
            if (read(field, in, field::set, element -> taken.accept(element, null), (key, value) -> {}) && !inPlace) {
                field.set(container);
            }
        }
    }

    /** A container may refuse what the one that was there when it was written took, such as null. */
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

    /** Returns whether it was a container. */
    private boolean read(
            StateField field,
            InputStream in,
            Consumer<@Nullable Object> whole,
            Consumer<@Nullable Object> element,
            BiConsumer<@Nullable Object, @Nullable Object> entry)
            throws IOException {
        int kind = in.read();
        check(field, kind);
        try {
            switch (kind) {
                case NULL -> whole.accept(null);
                case VALUE -> whole.accept(format.reader(field.type()).readValue(in));
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
        return kind == MAP || kind == COLLECTION;
    }

    private static void check(StateField field, int kind) throws IOException {
        boolean fits = switch (kind) {
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
    }

    private void readMap(StateField field, InputStream in, BiConsumer<@Nullable Object, @Nullable Object> entry) {
        ObjectReader keys = format.reader(field.keyType());
        ObjectReader values = format.reader(field.elementType());
        try (JsonParser parser = format.mapper().createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Object key = keys.readValue(parser);
                parser.nextToken();
                entry.accept(key, values.readValue(parser));
            }
        }
    }

    private void readCollection(StateField field, InputStream in, Consumer<@Nullable Object> element) {
        ObjectReader elements = format.reader(field.elementType());
        try (JsonParser parser = format.mapper().createParser(in)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                element.accept(elements.readValue(parser));
            }
        }
    }
}
