package io.raftify.replication;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.SameValue;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/** Writes a call as a CBOR array of its arguments, and a result as one CBOR value. */
final class CborCommandCodec implements CommandCodec {

    static final String ID = "cbor";

    private final CborFormat format;
    private final CborFormat strict;

    /** Built once per type: finding writer and reader costs more than using them. */
    private final Map<Type, Values> values = new ConcurrentHashMap<>();

    CborCommandCodec(CborFormat format) {
        this.format = format;
        this.strict = format.withoutCoercions();
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Optional<String> problemWith(Type type) {
        return format.problemWith(ResolvableType.forType(type));
    }

    @Override
    public byte[] encodeCall(ReplicatedMethod method, @Nullable Object[] arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        List<Type> types = method.argumentTypes();
        int argument = 0;
        try (JsonGenerator generator = format.mapper().createGenerator(out)) {
            generator.writeStartArray(null, types.size());
            for (; argument < types.size(); argument++) {
                values(types.get(argument)).writer().writeValue(generator, arguments[argument]);
            }
            generator.writeEndArray();
        } catch (JacksonException failure) {
            throw new IllegalArgumentException(
                    "Argument " + (argument + 1) + " of " + method + " cannot be encoded: " + reason(failure), failure);
        }
        return out.toByteArray();
    }

    @Override
    public @Nullable Object[] decodeCall(ReplicatedMethod method, byte[] payload) {
        List<Type> types = method.argumentTypes();
        @Nullable Object[] arguments = new @Nullable Object[types.size()];
        checkTags("The arguments", method, payload);
        int argument = 0;
        try (JsonParser parser = format.mapper().createParser(payload)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new Mismatch("The arguments of " + method + " are not an array");
            }
            for (; argument < types.size(); argument++) {
                if (parser.nextToken() == JsonToken.END_ARRAY) {
                    throw new Mismatch(
                            "Only " + argument + " of " + types.size() + " arguments of " + method + " are there");
                }
                arguments[argument] = values(types.get(argument)).reader().readValue(parser);
            }
            if (parser.nextToken() != JsonToken.END_ARRAY) {
                throw new Mismatch("More than the " + types.size() + " arguments of " + method + " are there");
            }
        } catch (Mismatch refused) {
            throw refused;
        } catch (RuntimeException failure) {
            // Not Jackson's own exception alone: malformed bytes reach states that it calls impossible.
            throw new IllegalArgumentException(
                    "Argument " + (argument + 1) + " of " + method + " cannot be decoded: " + reason(failure), failure);
        }
        return arguments;
    }

    @Override
    public byte[] encodeResult(ReplicatedMethod method, @Nullable Object result) {
        if (method.resultType() == void.class) {
            return new byte[0];
        }
        try {
            return values(method.resultType()).writer().writeValueAsBytes(result);
        } catch (JacksonException failure) {
            throw new IllegalArgumentException(
                    "The result of " + method + " cannot be encoded: " + reason(failure), failure);
        }
    }

    @Override
    public @Nullable Object decodeResult(ReplicatedMethod method, byte[] payload) {
        if (method.resultType() == void.class) {
            return null;
        }
        checkTags("The result", method, payload);
        try {
            return values(method.resultType()).reader().readValue(payload);
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(
                    "The result of " + method + " cannot be decoded: " + reason(failure), failure);
        }
    }

    @Override
    public @Nullable Object decodeResultOfAnotherForm(ReplicatedMethod method, byte[] payload) {
        Type type = method.resultType();
        if (type == void.class) {
            return null;
        }
        checkTags("The result", method, payload);
        try {
            Object value = strict.reader(ResolvableType.forType(type)).readValue(payload);
            if (SameValue.holds(
                    format.readTree(payload),
                    format.readTree(values(type).writer().writeValueAsBytes(value)))) {
                return value;
            }
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(
                    "The result of " + method + " cannot be decoded: " + reason(failure), failure);
        }
        throw new IllegalArgumentException("The result of " + method + " was written as another type, and a "
                + type.getTypeName() + " does not hold it");
    }

    private static void checkTags(String what, ReplicatedMethod method, byte[] payload) {
        try {
            CborFormat.check(payload);
        } catch (IllegalArgumentException tooMany) {
            throw new IllegalArgumentException(
                    what + " of " + method + " cannot be decoded: " + tooMany.getMessage(), tooMany);
        }
    }

    private Values values(Type type) {
        return values.computeIfAbsent(type, this::find);
    }

    private Values find(Type type) {
        ResolvableType resolvable = ResolvableType.forType(type);
        return new Values(format.writer(resolvable), format.reader(resolvable));
    }

    private static String reason(RuntimeException failure) {
        String message = failure instanceof JacksonException known ? known.getOriginalMessage() : failure.toString();
        return message != null ? message : failure.getClass().getSimpleName();
    }

    /** Says all that is to be said already. */
    private static final class Mismatch extends IllegalArgumentException {

        Mismatch(String message) {
            super(message);
        }
    }

    private record Values(ObjectWriter writer, ObjectReader reader) {}
}
