package io.raftify.replication.encoding;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.exc.InvalidDefinitionException;

/**
 * Writes objects of one class and refuses those of its subclasses: they would be read back as the declared class and
 * lose what they add to it without a word.
 */
final class ExactClassSerializer extends ValueSerializer<Object> {

    private final Class<?> type;
    private final ValueSerializer<Object> fields;

    ExactClassSerializer(Class<?> type, ValueSerializer<Object> fields) {
        this.type = type;
        this.fields = fields;
    }

    @Override
    public void resolve(SerializationContext context) {
        fields.resolve(context);
    }

    @Override
    @SuppressWarnings("unchecked")
    public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
        ValueSerializer<?> contextual = fields.createContextual(context, property);
        return contextual == fields ? this : new ExactClassSerializer(type, (ValueSerializer<Object>) contextual);
    }

    @Override
    public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
        if (value.getClass() != type) {
            throw InvalidDefinitionException.from(
                    generator,
                    "an object of " + value.getClass().getName() + " was given for the declared class " + type.getName()
                            + ", and would be read back as that one",
                    context.constructType(type));
        }
        fields.serialize(value, generator, context);
    }

    @Override
    public Class<?> handledType() {
        return type;
    }
}
