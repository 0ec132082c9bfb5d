package io.raftify.replication.encoding;

import java.lang.reflect.Modifier;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueInstantiator;

/**
 * Decides by type alone, while the application starts, whether values will survive being written and read back: what
 * cannot be read back would otherwise stop every member at the first entry that carries it.
 */
final class EncodableTypes {

    /** What Jackson reads back equal, tried one by one in this class's tests. */
    private static final Set<Class<?>> SCALARS = Set.of(
            String.class,
            UUID.class,
            BigDecimal.class,
            BigInteger.class,
            URI.class,
            Locale.class,
            Currency.class,
            Instant.class,
            Duration.class,
            Period.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            OffsetTime.class,
            ZonedDateTime.class,
            Year.class,
            YearMonth.class,
            MonthDay.class,
            DayOfWeek.class,
            ZoneId.class,
            ZoneOffset.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    private static final Set<Class<?>> NOT_AS_KEY =
            Set.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class, OffsetTime.class);

    /** Interfaces for which the mapper has a fixed, ordered class. */
    private static final Set<Class<?>> CONTAINERS = Set.of(
            Collection.class,
            List.class,
            Set.class,
            SortedSet.class,
            NavigableSet.class,
            Queue.class,
            Deque.class,
            Map.class,
            SortedMap.class,
            NavigableMap.class,
            ConcurrentMap.class,
            EnumSet.class);

    /** Reactive types are known by name, since none of them need be on the class path. */
    private static final List<String> ASYNC_TYPES = List.of("org.reactivestreams.Publisher");

    private final ObjectMapper mapper;

    EncodableTypes(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Whether its values have no parts, and never change. */
    static boolean isScalar(Class<?> raw) {
        return raw.isPrimitive() || ClassUtils.isPrimitiveWrapper(raw) || SCALARS.contains(raw) || isEnum(raw);
    }

    /** What is wrong with the type, as a clause that names it; empty if it can be written and read back. */
    Optional<String> problemWith(ResolvableType type) {
        return Optional.ofNullable(walk(type, new HashSet<>()));
    }

    private @Nullable String walk(ResolvableType type, Set<String> seen) {
        if (type.getType() instanceof WildcardType) {
            return name(type) + " is a wildcard and does not say what is in it; name the type";
        }
        Class<?> raw = type.resolve();
        if (raw == null) {
            return name(type) + " is a type variable that nothing resolves; name the type";
        }
        if (isScalar(raw) || raw == Void.class) {
            return null;
        }
        if (raw.isArray()) {
            return walk(type.getComponentType(), seen);
        }
        if (raw.getTypeParameters().length > 0 && type.getType() instanceof Class<?>) {
            return name(type) + " is used without type parameters and does not say what is in it; name them";
        }
        for (ResolvableType generic : type.getGenerics()) {
            if (generic.getType() instanceof WildcardType) {
                return name(type) + " has a wildcard and does not say what is in it; name the type";
            }
        }
        if (raw == Optional.class) {
            return walk(type.getGeneric(0), seen);
        }
        if (Map.class.isAssignableFrom(raw) || Collection.class.isAssignableFrom(raw)) {
            return walkContainer(type, raw, seen);
        }
        String refused = refusal(type, raw);
        return refused != null ? refused : walkFields(type, raw, seen);
    }

    private @Nullable String walkContainer(ResolvableType type, Class<?> raw, Set<String> seen) {
        if (ContainerKind.isLeftToChance(raw)) {
            return name(type)
                    + " loses its elements, or tells them apart, by what differs between members; use HashMap";
        }
        boolean concrete = raw.getName().startsWith("java.util.")
                && (raw == EnumMap.class || ClassUtils.hasConstructor(raw) && isPubliclyCreatable(raw));
        if (!CONTAINERS.contains(raw) && !concrete) {
            return name(type) + " is a container that cannot be created again from its elements; use List, Set, Map or"
                    + " a collection of java.util with a no-argument constructor";
        }
        if (Map.class.isAssignableFrom(raw)) {
            ResolvableType map = type.as(Map.class);
            String key = keyProblem(map.getGeneric(0));
            return key != null ? key : walk(map.getGeneric(1), seen);
        }
        return walk(type.as(Collection.class).getGeneric(0), seen);
    }

    private static boolean isPubliclyCreatable(Class<?> raw) {
        return Modifier.isPublic(raw.getModifiers()) && !Modifier.isAbstract(raw.getModifiers());
    }

    private static @Nullable String keyProblem(ResolvableType key) {
        Class<?> raw = key.resolve();
        boolean usable = !(key.getType() instanceof WildcardType)
                && raw != null
                && (ClassUtils.isPrimitiveWrapper(raw)
                        || isEnum(raw)
                        || SCALARS.contains(raw) && !NOT_AS_KEY.contains(raw));
        return usable
                ? null
                : name(key) + " cannot be the key of a map inside another value; use a string, number, enum, UUID or"
                        + " date, or a list of entries";
    }

    private static @Nullable String refusal(ResolvableType type, Class<?> raw) {
        if (isAsync(raw)) {
            return name(type) + " is a promise, not a value; use the type of what it promises";
        }
        if (raw == Object.class) {
            return "Object does not say what is in it; name the type";
        }
        if (raw.isInterface() || Modifier.isAbstract(raw.getModifiers())) {
            return name(type) + " is " + (raw.isInterface() ? "an interface" : "abstract")
                    + " and does not say which class to create; use a concrete class or a record";
        }
        if (raw.isAnonymousClass()
                || raw.isLocalClass() && !raw.isRecord()
                || raw.isMemberClass() && !Modifier.isStatic(raw.getModifiers())) {
            return name(type) + " is an inner class, which needs its enclosing object; make it static";
        }
        if (Throwable.class.isAssignableFrom(raw)) {
            return name(type) + " is an exception; throw it, or use a value that says the same";
        }
        if (raw.getName().startsWith("java.")
                || raw.getName().startsWith("javax.")
                || raw.getName().startsWith("jdk.")
                || raw.getName().startsWith("sun.")) {
            return name(type) + " has no form in which it could be sent; use a value that says the same";
        }
        return null;
    }

    private static boolean isAsync(Class<?> raw) {
        if (Future.class.isAssignableFrom(raw)
                || java.util.concurrent.CompletionStage.class.isAssignableFrom(raw)
                || Flow.Publisher.class.isAssignableFrom(raw)
                || BaseStream.class.isAssignableFrom(raw)) {
            return true;
        }
        return isOneOf(raw, ASYNC_TYPES);
    }

    /** By name, in what the class is and in what it extends and implements. */
    private static boolean isOneOf(@Nullable Class<?> raw, List<String> names) {
        return raw != null
                && (names.contains(raw.getName())
                        || isOneOf(raw.getSuperclass(), names)
                        || Arrays.stream(raw.getInterfaces()).anyMatch(each -> isOneOf(each, names)));
    }

    private @Nullable String walkFields(ResolvableType type, Class<?> raw, Set<String> seen) {
        if (!seen.add(type.toString())) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (WrittenField field : WrittenField.of(type)) {
            if (names.contains(field.name())) {
                return name(type) + " has two fields named '" + field.name() + "'; rename one";
            }
            names.add(field.name());
            String problem = walk(field.type(), seen);
            if (problem != null) {
                return "its field " + raw.getSimpleName() + "." + field.name() + ": " + problem;
            }
        }
        return creationProblem(type, raw, names);
    }

    /** Asks the mapper itself whether it can create the class and set every field. */
    private @Nullable String creationProblem(ResolvableType type, Class<?> raw, List<String> fields) {
        JavaType javaType = javaType(type);
        try {
            mapper._serializationContext().findRootValueSerializer(javaType);
            ValueDeserializer<Object> reader = mapper._deserializationContext().findRootValueDeserializer(javaType);
            if (!(reader instanceof ValueInstantiator.Gettable gettable)) {
                return name(type) + " is not read by its fields, but by "
                        + reader.getClass().getName();
            }
            ValueInstantiator instantiator = gettable.getValueInstantiator();
            if (!instantiator.canCreateUsingDefault() && !instantiator.canCreateFromObjectWith()) {
                return name(type) + " cannot be created again: make it a record, or give it a no-argument constructor"
                        + " (or one whose parameters are named like its fields, compiled with -parameters)";
            }
            List<String> lost = new ArrayList<>(fields);
            lost.removeAll(reader.getKnownPropertyNames());
            if (!lost.isEmpty()) {
                return name(type) + " would lose " + lost + " when it is read back: make the class a record, the fields"
                        + " not final, or give it a constructor with a parameter for each";
            }
            return null;
        } catch (JacksonException refused) {
            return name(type) + " cannot be written and read back: " + refused.getOriginalMessage();
        }
    }

    /** The type with every variable resolved, which its own {@code Type} need not have. */
    JavaType javaType(ResolvableType type) {
        Class<?> raw = type.toClass();
        if (raw.isArray()) {
            return mapper.getTypeFactory().constructArrayType(javaType(type.getComponentType()));
        }
        if (raw.getTypeParameters().length == 0) {
            return mapper.constructType(raw);
        }
        JavaType[] generics = Stream.of(type.getGenerics()).map(this::javaType).toArray(JavaType[]::new);
        return mapper.getTypeFactory().constructParametricType(raw, generics);
    }

    private static boolean isEnum(Class<?> raw) {
        return raw != Enum.class && Enum.class.isAssignableFrom(raw);
    }

    private static String name(ResolvableType type) {
        return type.getType() instanceof Class<?> raw ? raw.getSimpleName() : type.toString();
    }
}
