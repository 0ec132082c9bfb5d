package io.raftify.replication.encoding;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

/**
 * Writes a container within a value as an array of two, the number of its {@link ContainerKind} and its content, and
 * reads it back as that kind. Declared types alone would make every {@code Map} a {@code LinkedHashMap}: one that was
 * sorted is not any more, on the members that restored it and not on the others.
 */
final class ExactContainers {

    private ExactContainers() {}

    static final class Writing extends ValueSerializerModifier {

        @Override
        public ValueSerializer<?> modifyCollectionSerializer(
                SerializationConfig config,
                CollectionType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            return new Numbered(type, serializer);
        }

        @Override
        public ValueSerializer<?> modifyMapSerializer(
                SerializationConfig config,
                MapType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            return new Numbered(type, serializer);
        }
    }

    static final class Reading extends ValueDeserializerModifier {

        @Override
        public ValueDeserializer<?> modifyCollectionDeserializer(
                DeserializationConfig config,
                CollectionType type,
                BeanDescription.Supplier description,
                ValueDeserializer<?> deserializer) {
            return new AsNumbered(type, deserializer);
        }

        @Override
        public ValueDeserializer<?> modifyMapDeserializer(
                DeserializationConfig config,
                MapType type,
                BeanDescription.Supplier description,
                ValueDeserializer<?> deserializer) {
            return new AsNumbered(type, deserializer);
        }
    }

    private static final class Numbered extends ValueSerializer<Object> {

        private final JavaType type;
        private final ValueSerializer<Object> content;

        @SuppressWarnings("unchecked")
        Numbered(JavaType type, ValueSerializer<?> content) {
            this.type = type;
            this.content = (ValueSerializer<Object>) content;
        }

        @Override
        public void resolve(SerializationContext context) {
            content.resolve(context);
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            ValueSerializer<?> contextual = content.createContextual(context, property);
            return contextual == content ? this : new Numbered(type, contextual);
        }

        @Override
        public void serialize(Object container, JsonGenerator generator, SerializationContext context) {
            ContainerKind kind = ContainerKind.of(container);
            if (kind == null) {
                throw InvalidDefinitionException.from(generator, ContainerKind.problemWith(container), type);
            }
            generator.writeStartArray(container, 2);
            generator.writeNumber(kind.number());
            content.serialize(container, generator, context);
            generator.writeEndArray();
        }

        @Override
        public Class<?> handledType() {
            return type.getRawClass();
        }
    }

    private static final class AsNumbered extends DelegatingDeserializer {

        private final JavaType declared;

        AsNumbered(JavaType declared, ValueDeserializer<?> content) {
            super(content);
            this.declared = declared;
        }

        @Override
        protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> content) {
            return new AsNumbered(declared, content);
        }

        /** Only here it is known what was declared: the reader of a {@code List} is made for an {@code ArrayList}. */
        @Override
        public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
            JavaType asked = context.getContextualType();
            ValueDeserializer<?> content = context.handleSecondaryContextualization(_delegatee, property, declared);
            return new AsNumbered(asked != null ? asked : declared, content);
        }

        @Override
        @SuppressWarnings("unchecked")
        public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.isExpectedStartArrayToken() || parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                return context.handleUnexpectedToken(declared, parser);
            }
            ContainerKind kind = ContainerKind.numbered(parser.getIntValue());
            if (kind == null) {
                return context.reportInputMismatch(
                        declared, "a container of kind %d is not known to this version", parser.getIntValue());
            }
            parser.nextToken();
            Object container = kind.is(declared.getRawClass())
                    ? kind.finish(((ValueDeserializer<Object>) _delegatee)
                            .deserialize(parser, context, kind.empty(elements())))
                    // Of a type that was changed since: what the type of today is by default.
                    : _delegatee.deserialize(parser, context);
            if (parser.nextToken() != JsonToken.END_ARRAY) {
                return context.handleUnexpectedToken(declared, parser);
            }
            return container;
        }

        private Class<?> elements() {
            return (Map.class.isAssignableFrom(declared.getRawClass())
                            ? declared.getKeyType()
                            : declared.getContentType())
                    .getRawClass();
        }

        @Override
        public @Nullable Object deserialize(JsonParser parser, DeserializationContext context, Object into) {
            return deserialize(parser, context);
        }
    }
}
