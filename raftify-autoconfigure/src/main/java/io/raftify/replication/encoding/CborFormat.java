package io.raftify.replication.encoding;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.core.ResolvableType;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The one form in which values stand in the log and in snapshots. The mapper is the library's own: an application's
 * customizers and annotations speak about its REST interface, and must not change what other members can read.
 */
public final class CborFormat {

    /** Deep enough for any data, shallow enough to fail before the stack does. */
    private static final int MAX_DEPTH = 500;

    private static final StreamReadConstraints FROM_OUTSIDE = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNumberLength(1 << 20)
            .maxNameLength(1 << 20)
            .build();

    /** A command may have made it from what was smaller, and what could be written must be read again. */
    private static final StreamReadConstraints OWN = FROM_OUTSIDE
            .rebuild()
            // Containers within fields are a level deeper when they are read than when they are written.
            .maxNestingDepth(2 * MAX_DEPTH)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();

    private final CBORMapper mapper;
    private final ObjectReader trees;
    private final EncodableTypes types;

    public CborFormat() {
        this(createMapper(FROM_OUTSIDE));
    }

    private CborFormat(CBORMapper mapper) {
        this.mapper = mapper;
        this.trees = mapper.reader().without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
        this.types = new EncodableTypes(mapper);
    }

    /**
     * The form of state in snapshots: containers within values are read back as what they were, and a value that was
     * written by another type is read by the present one whole or not at all. However large it is: it is our own, and has a
     * digest.
     */
    public CborFormat forState() {
        return new CborFormat(createMapper(OWN)
                .rebuild()
                .addModule(new SimpleModule("raftify-state")
                        .setSerializerModifier(new ExactContainers.Writing())
                        .setDeserializerModifier(new ExactContainers.Reading()))
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build());
    }

    /** Reads what another type wrote without making numbers out of texts, or whole ones out of fractions. */
    public CborFormat withoutCoercions() {
        return new CborFormat(mapper.rebuild()
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build());
    }

    /** The form that is only hashed: containers that promise no order are written alike in whichever order they are. */
    public CborFormat forDigests() {
        return hashed(ContainerKind::isOrdered);
    }

    /** The form that is only hashed: what is equal is written alike. For sets and maps that is so in any order, in all of them. */
    public CborFormat forEquality() {
        return hashed(container -> !(container instanceof Set || container instanceof Map));
    }

    private CborFormat hashed(Predicate<Object> ordered) {
        return new CborFormat(mapper.rebuild()
                .addModule(new SimpleModule("raftify-digests").setSerializerModifier(new UnorderedContainers(ordered)))
                .build());
    }

    /** What keeps values of this type from being written and read back unchanged, as a clause; empty if nothing. */
    public Optional<String> problemWith(ResolvableType type) {
        return types.problemWith(type);
    }

    public ObjectWriter writer(ResolvableType type) {
        return mapper.writerFor(types.javaType(type));
    }

    public ObjectReader reader(ResolvableType type) {
        return mapper.readerFor(types.javaType(type));
    }

    /**
     * To be asked before bytes are read that somebody else may have made.
     *
     * @throws IllegalArgumentException if they have what no value has and what would cost very much to read; what is
     *     malformed in another way is left to the reader
     */
    public static void check(byte[] bytes) {
        CborTags.check(bytes);
    }

    /** What was written as a tree; nothing in it is rounded or shortened. */
    public JsonNode readTree(byte[] bytes) {
        check(bytes);
        return trees.readTree(bytes);
    }

    public byte[] writeTree(JsonNode tree) {
        return mapper.writeValueAsBytes(tree);
    }

    public CBORMapper mapper() {
        return mapper;
    }

    private static CBORMapper createMapper(StreamReadConstraints constraints) {
        CBORFactory factory = CBORFactory.builder()
                .streamReadConstraints(constraints)
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .addDecorator((any, generator) -> new AnyTextGenerator(generator))
                .build();
        SimpleModule module = new SimpleModule("raftify")
                // Keeps the order in which the proposer wrote the elements, so that every member iterates alike.
                .addAbstractTypeMapping(Set.class, LinkedHashSet.class)
                .setSerializerModifier(new ExactClasses())
                .setDeserializerModifier(new WrittenTimes());
        return CBORMapper.builder(factory)
                .addModule(module)
                .annotationIntrospector(new FieldsOnlyIntrospector())
                .changeDefaultVisibility(visibility -> visibility
                        .withVisibility(PropertyAccessor.ALL, Visibility.NONE)
                        .withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                        .withVisibility(PropertyAccessor.CREATOR, Visibility.ANY))
                // Old bytes must stay readable after a field was added or removed.
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                // Arguments follow each other in one array: each is followed by "trailing" tokens.
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                // By declared types alone, in both directions.
                .enable(MapperFeature.USE_STATIC_TYPING)
                .disable(MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
                // An enum's toString is for people and changes; its name is its identity.
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
                // A date keeps the zone it was given in, on members in whichever zone.
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    private static final class ExactClasses extends ValueSerializerModifier {

        @Override
        @SuppressWarnings("unchecked")
        public ValueSerializer<?> modifySerializer(
                SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
            return serializer instanceof BeanSerializerBase
                    ? new ExactClassSerializer(description.getBeanClass(), (ValueSerializer<Object>) serializer)
                    : serializer;
        }
    }
}
