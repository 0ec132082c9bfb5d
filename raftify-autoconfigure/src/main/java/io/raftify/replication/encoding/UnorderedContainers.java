package io.raftify.replication.encoding;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

/**
 * Writes a container whose order says nothing as the {@linkplain ElementHashes sum of its elements' hashes}, however deep
 * within a value it is. For digests only: it cannot be read back.
 */
final class UnorderedContainers extends ValueSerializerModifier {

    private final Predicate<Object> ordered;

    /** @param ordered which containers are written in their order */
    UnorderedContainers(Predicate<Object> ordered) {
        this.ordered = ordered;
    }

    @Override
    public ValueSerializer<?> modifyCollectionSerializer(
            SerializationConfig config,
            CollectionType type,
            BeanDescription.Supplier description,
            ValueSerializer<?> serializer) {
        return new Summed(ordered, type, serializer);
    }

    @Override
    public ValueSerializer<?> modifyMapSerializer(
            SerializationConfig config,
            MapType type,
            BeanDescription.Supplier description,
            ValueSerializer<?> serializer) {
        return new Summed(ordered, type, serializer);
    }

    private static final class Summed extends ValueSerializer<Object> {

        private final Predicate<Object> ordered;
        private final JavaType type;
        private final ValueSerializer<Object> inOrder;
        private final ValueSerializer<Object> keys;
        private final ValueSerializer<Object> elements;

        /** As it is found, before it is known what its parts are written by. */
        @SuppressWarnings("unchecked")
        Summed(Predicate<Object> ordered, JavaType type, ValueSerializer<?> inOrder) {
            this(ordered, type, inOrder, (ValueSerializer<Object>) inOrder, (ValueSerializer<Object>) inOrder);
        }

        @SuppressWarnings("unchecked")
        Summed(
                Predicate<Object> ordered,
                JavaType type,
                ValueSerializer<?> inOrder,
                ValueSerializer<Object> keys,
                ValueSerializer<Object> elements) {
            this.ordered = ordered;
            this.type = type;
            this.inOrder = (ValueSerializer<Object>) inOrder;
            this.keys = keys;
            this.elements = elements;
        }

        @Override
        public void resolve(SerializationContext context) {
            inOrder.resolve(context);
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            ValueSerializer<Object> parts = context.findContentValueSerializer(type.getContentType(), property);
            return new Summed(
                    ordered,
                    type,
                    inOrder.createContextual(context, property),
                    type instanceof MapType map ? context.findKeySerializer(map.getKeyType(), property) : parts,
                    parts);
        }

        @Override
        public void serialize(Object container, JsonGenerator generator, SerializationContext context) {
            if (ordered.test(container)) {
                inOrder.serialize(container, generator, context);
                return;
            }
            ElementHashes hashes = new ElementHashes();
            try (JsonGenerator each =
                    context.tokenStreamFactory().createGenerator(ObjectWriteContext.empty(), hashes)) {
                if (container instanceof Map<?, ?> map) {
                    map.forEach((key, value) -> {
                        each.writeStartObject();
                        Objects.requireNonNull(keys, "resolved").serialize(key, each, context);
                        write(value, each, context);
                        each.writeEndObject();
                        each.flush();
                        hashes.endElement();
                    });
                } else {
                    for (Object element : (Collection<?>) container) {
                        write(element, each, context);
                        each.flush();
                        hashes.endElement();
                    }
                }
            }
            generator.writeBinary(hashes.sum());
        }

        private void write(@Nullable Object value, JsonGenerator each, SerializationContext context) {
            if (value == null) {
                each.writeNull();
            } else {
                Objects.requireNonNull(elements, "resolved").serialize(value, each, context);
            }
        }

        @Override
        public Class<?> handledType() {
            return type.getRawClass();
        }
    }
}
