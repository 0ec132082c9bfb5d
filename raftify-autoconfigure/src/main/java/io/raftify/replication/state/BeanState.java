package io.raftify.replication.state;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/** The state of one replicated bean: the fields that are marked, and what it writes itself. */
public final class BeanState {

    private final String name;
    private final Class<?> type;
    private final List<StateField> fields;
    private final @Nullable StreamedPart streamed;
    private @Nullable Chunks initialStream;

    BeanState(String name, Class<?> type, List<StateField> fields, @Nullable StreamedPart streamed) {
        this.name = name;
        this.type = type;
        this.fields = List.copyOf(fields);
        this.streamed = streamed;
    }

    /** The types of the fields in words, as they stand in snapshots, by the fields' names. */
    public Map<String, String> schemas() {
        Map<String, String> schemas = new LinkedHashMap<>();
        fields.forEach(field -> schemas.put(field.name(), field.schema()));
        return schemas;
    }

    /** The types of the fields, with the bean class's type variables resolved. */
    public List<ResolvableType> types() {
        return fields.stream().map(StateField::type).toList();
    }

    /** What is in the fields now, by their names: the live objects. */
    public Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        fields.forEach(field -> values.put(field.name(), field.get()));
        return values;
    }

    /** The bean's name. */
    String name() {
        return name;
    }

    /** The bean's class. */
    Class<?> type() {
        return type;
    }

    List<StateField> fields() {
        return fields;
    }

    /** Null if it writes nothing itself. */
    @Nullable StreamedPart streamed() {
        return streamed;
    }

    /** @throws UnfitStateException if it cannot be written */
    void keepInitial(FieldFormat format) {
        for (StateField field : fields) {
            try {
                field.keepInitial(format.write(field));
            } catch (UnwritableStateException unwritable) {
                throw new UnfitStateException(
                        "The value of the field '" + field.name() + "' cannot be encoded. " + unwritable.getMessage()
                                + ".",
                        "Let the field begin with a value of its declared type.");
            }
        }
        if (streamed != null) {
            initialStream = written(streamed);
        }
    }

    private static Chunks written(StreamedPart streamed) {
        Chunks initial = new Chunks();
        try {
            streamed.snapshot().writeTo(initial);
            return initial;
        } catch (IOException | RuntimeException unwritable) {
            throw new UnfitStateException(
                    "The state that it begins with cannot be written by its StreamedState.snapshot(): " + unwritable
                            + ".",
                    "Let snapshot() work on a bean that has just been created.");
        }
    }

    /** What the bean wrote itself as the application started. */
    Chunks initialStream() {
        Chunks kept = initialStream;
        if (kept == null) {
            throw new IllegalStateException("What bean '" + name + "' began with was not kept");
        }
        return kept;
    }
}
