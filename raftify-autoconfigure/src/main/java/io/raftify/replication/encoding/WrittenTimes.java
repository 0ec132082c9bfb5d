package io.raftify.replication.encoding;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;

/**
 * Reads dates and times only from what they are written as. Jackson's own readers hand on whatever object a parser has
 * embedded, unlooked at; from CBOR that is an array of bytes, which would turn up as an {@link java.time.Instant}.
 */
final class WrittenTimes extends ValueDeserializerModifier {

    @Override
    public ValueDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
        return description.getBeanClass().getPackageName().equals("java.time")
                ? new NotEmbedded(deserializer)
                : deserializer;
    }

    private static final class NotEmbedded extends DelegatingDeserializer {

        NotEmbedded(ValueDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
            return new NotEmbedded(delegate);
        }

        @Override
        public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
            return parser.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT
                    ? context.handleUnexpectedToken(context.constructType(handledType()), parser)
                    : super.deserialize(parser, context);
        }
    }
}
