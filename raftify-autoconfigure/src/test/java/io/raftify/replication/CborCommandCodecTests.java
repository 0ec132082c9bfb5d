package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.raftify.replication.encoding.CborFormat;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
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
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CborCommandCodecTests {

    private final CborCommandCodec codec = new CborCommandCodec(new CborFormat());

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(String.class, "Grüße \uD83D\uDE00"),
                Arguments.of(String.class, ""),
                Arguments.of(int.class, Integer.MIN_VALUE),
                Arguments.of(Long.class, Long.MAX_VALUE),
                Arguments.of(short.class, (short) 7),
                Arguments.of(byte.class, (byte) -7),
                Arguments.of(char.class, 'ß'),
                Arguments.of(boolean.class, true),
                Arguments.of(float.class, 1.1f),
                Arguments.of(double.class, Double.NaN),
                Arguments.of(Double.class, -0.0),
                Arguments.of(BigDecimal.class, new BigDecimal("1.10")),
                Arguments.of(BigInteger.class, BigInteger.TEN.pow(2000)),
                Arguments.of(UUID.class, UUID.randomUUID()),
                Arguments.of(URI.class, URI.create("https://example.org/a?b=c")),
                Arguments.of(Locale.class, Locale.CANADA_FRENCH),
                Arguments.of(Currency.class, Currency.getInstance("EUR")),
                Arguments.of(Instant.class, Instant.parse("2026-11-23T01:02:03.123456789Z")),
                Arguments.of(Instant.class, Instant.MIN),
                Arguments.of(Duration.class, Duration.ofNanos(-1)),
                Arguments.of(Period.class, Period.of(1, 2, 3)),
                Arguments.of(LocalDate.class, LocalDate.of(2026, 2, 28)),
                Arguments.of(LocalTime.class, LocalTime.of(1, 2, 3, 4)),
                Arguments.of(LocalDateTime.class, LocalDateTime.of(2026, 1, 1, 0, 0)),
                Arguments.of(OffsetDateTime.class, OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 1, ZoneOffset.ofHours(5))),
                Arguments.of(OffsetTime.class, OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(-3))),
                Arguments.of(ZonedDateTime.class, ZonedDateTime.of(2026, 7, 1, 0, 0, 0, 1, ZoneId.of("Asia/Tokyo"))),
                Arguments.of(Year.class, Year.of(2026)),
                Arguments.of(YearMonth.class, YearMonth.of(2026, 11)),
                Arguments.of(MonthDay.class, MonthDay.of(2, 29)),
                Arguments.of(DayOfWeek.class, DayOfWeek.FRIDAY),
                Arguments.of(ZoneId.class, ZoneId.of("Europe/Berlin")),
                Arguments.of(ZoneOffset.class, ZoneOffset.ofHoursMinutes(5, 30)),
                Arguments.of(OptionalInt.class, OptionalInt.of(3)),
                Arguments.of(OptionalInt.class, OptionalInt.empty()),
                Arguments.of(OptionalLong.class, OptionalLong.of(3)),
                Arguments.of(OptionalDouble.class, OptionalDouble.of(3)),
                Arguments.of(byte[].class, new byte[] {0, -1, 127}),
                Arguments.of(char[].class, new char[] {'a', 'b'}),
                Arguments.of(int[][].class, new int[][] {{1}, {}, {2, 3}}),
                Arguments.of(String[].class, new String[] {"a", null}),
                Arguments.of(Colour.class, Colour.RED),
                Arguments.of(
                        Seat.class,
                        new Seat("A", 12, Optional.of("ann"), List.of(new Seat("B", 1, Optional.empty(), List.of())))),
                Arguments.of(Seat.class, null),
                Arguments.of(Empty.class, new Empty()));
    }

    @ParameterizedTest
    @MethodSource("values")
    void anArgumentComesBackEqual(Type type, Object value) {
        assertThat(codec.problemWith(type)).isEmpty();
        ReplicatedMethod method = method(type);

        Object[] back = codec.decodeCall(method, codec.encodeCall(method, new Object[] {value}));

        assertThat(back).hasSize(1);
        assertThat(Objects.deepEquals(back[0], value))
                .as("%s is %s", back[0], value)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("values")
    void aResultComesBackEqual(Type type, Object value) {
        assertThat(codec.problemWith(type)).isEmpty();
        ReplicatedMethod method = method(type);

        Object back = codec.decodeResult(method, codec.encodeResult(method, value));

        assertThat(Objects.deepEquals(back, value)).as("%s is %s", back, value).isTrue();
    }

    @Test
    void containersComeBackEqualAndInTheOrderTheyWereGiven() throws Exception {
        Method declared = Containers.class.getDeclaredMethods()[0];
        ReplicatedMethod method = ReplicatedMethod.of("c", 1, null, "b", Containers.class, declared);
        method.argumentTypes()
                .forEach(each -> assertThat(codec.problemWith(each)).isEmpty());
        EnumMap<Colour, List<Seat>> byColour = new EnumMap<>(Colour.class);
        byColour.put(Colour.GREEN, List.of());
        Map<Integer, String> withNull = new HashMap<>();
        withNull.put(3, null);
        Object[] arguments = {
            Arrays.asList("x", null, "a"),
            new LinkedHashSet<>(List.of(9L, 1L, 5L)),
            withNull,
            byColour,
            new TreeMap<>(Map.of(UUID.randomUUID(), Instant.EPOCH)),
            EnumSet.of(Colour.RED),
            new ArrayDeque<>(List.of(1, 2)),
            Optional.empty(),
            List.of(Map.of(Colour.RED, new byte[0])),
            List.of(LocalDate.EPOCH)
        };

        Object[] back = codec.decodeCall(method, codec.encodeCall(method, arguments));

        assertThat(back[0]).isEqualTo(arguments[0]);
        assertThat((Set<?>) back[1]).isEqualTo(arguments[1]).isInstanceOf(LinkedHashSet.class);
        assertThat(List.copyOf((Set<?>) back[1])).isEqualTo(List.of(9L, 1L, 5L));
        assertThat(back[2]).isEqualTo(arguments[2]).isInstanceOf(LinkedHashMap.class);
        assertThat(back[3]).isEqualTo(arguments[3]).isInstanceOf(EnumMap.class);
        assertThat(back[4]).isEqualTo(arguments[4]);
        assertThat(back[5]).isEqualTo(arguments[5]);
        assertThat(List.copyOf((Collection<?>) back[6])).isEqualTo(List.of(1, 2));
        assertThat(back[7]).isEqualTo(Optional.empty());
        assertThat(back[9]).isEqualTo(arguments[9]);
    }

    @Test
    void aPlainClassIsCreatedByTheConstructorNamedLikeItsFieldsOrByNone() {
        ReplicatedMethod immutable = method(Immutable.class);
        ReplicatedMethod single = method(Single.class);
        ReplicatedMethod mutable = method(Mutable.class);
        Stream.of(Immutable.class, Single.class, Mutable.class)
                .forEach(type -> assertThat(codec.problemWith(type)).isEmpty());
        Mutable value = new Mutable();
        value.name = "m";
        value.forgotten = 5;

        Immutable one = (Immutable) through(immutable, new Immutable("a", 3));
        Single two = (Single) through(single, new Single("s"));
        Mutable three = (Mutable) through(mutable, value);

        assertThat(one.a + one.b).isEqualTo("a3");
        assertThat(two.name).isEqualTo("s");
        assertThat(three.name).isEqualTo("m");
        assertThat(three.forgotten).as("transient").isZero();
    }

    @Test
    void annotationsForTheRestInterfaceDoNotChangeWhatIsReplicated() {
        assertThat(codec.problemWith(Annotated.class)).isEmpty();

        Annotated back = (Annotated) through(method(Annotated.class), new Annotated("secret", "name"));

        assertThat(back).isEqualTo(new Annotated("secret", "name"));
    }

    @Test
    void bytesWrittenBeforeAFieldWasAddedCanBeRead() {
        assertThat(codec.problemWith(Before.class)).isEmpty();
        assertThat(codec.problemWith(After.class)).isEmpty();

        byte[] old = codec.encodeCall(method(Before.class), new Object[] {new Before("x")});

        assertThat(codec.decodeCall(method(After.class), old)[0]).isEqualTo(new After("x", 0, null));
    }

    @Test
    void bytesWrittenBeforeAFieldWasRemovedCanBeRead() {
        assertThat(codec.problemWith(Before.class)).isEmpty();
        assertThat(codec.problemWith(After.class)).isEmpty();

        byte[] old = codec.encodeCall(method(After.class), new Object[] {new After("x", 3, "y")});

        assertThat(codec.decodeCall(method(Before.class), old)[0]).isEqualTo(new Before("x"));
    }

    @Test
    void aSubclassOfTheDeclaredClassIsRefusedWhereItIsWritten() {
        assertThat(codec.problemWith(Mutable.class)).isEmpty();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encodeCall(method(Mutable.class), new Object[] {new Special()}))
                .withMessageContaining("Argument 1")
                .withMessageContaining(Special.class.getName());
    }

    @Test
    void aSubclassInsideAnotherValueIsRefusedEvenIfItIsDeclaredElsewhere() {
        assertThat(codec.problemWith(Wrapper.class)).isEmpty();
        assertThat(codec.problemWith(Special.class)).isEmpty();

        through(method(Special.class), new Special());
        through(method(Wrapper.class), new Wrapper(List.of(new Mutable())));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        codec.encodeCall(method(Wrapper.class), new Object[] {new Wrapper(List.of(new Special()))}))
                .withMessageContaining(Special.class.getName());
    }

    @Test
    void anObjectThatContainsItselfIsRefusedWhereItIsWritten() {
        assertThat(codec.problemWith(Node.class)).isEmpty();
        Node node = new Node();
        node.next = node;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encodeCall(method(Node.class), new Object[] {node}));
    }

    @Test
    void tooFewAndTooManyArgumentsAreRefused() {
        ReplicatedMethod one = method(String.class);
        ReplicatedMethod two = new ReplicatedMethod(
                "c", 1, null, "b", Holder.class, one.method(), List.of(String.class, String.class), void.class, -1, -1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(two, codec.encodeCall(one, new Object[] {"a"})))
                .withMessageContaining("Only 1 of 2 arguments");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(one, codec.encodeCall(two, new Object[] {"a", "b"})))
                .withMessageContaining("More than the 1 arguments");
    }

    @Test
    void bytesThatNameAClassBringNothingOfItToLife() {
        assertThat(codec.problemWith(Before.class)).isEmpty();
        String named = Named.class.getName();
        CborFormat format = new CborFormat();
        byte[] asProperty = format.mapper()
                .writeValueAsBytes(List.of(Map.of("@class", named, "@type", named, "class", named, "name", "x")));
        byte[] asWrapper = format.mapper().writeValueAsBytes(List.of(List.of(named, Map.of("name", "x"))));

        assertThat(codec.decodeCall(method(Before.class), asProperty)[0]).isEqualTo(new Before("x"));
        assertThatIllegalArgumentException().isThrownBy(() -> codec.decodeCall(method(Before.class), asWrapper));
        assertThatIllegalArgumentException().isThrownBy(() -> codec.decodeResult(method(Before.class), asWrapper));
        assertThat(NAMED_ALIVE).isFalse();
    }

    @Test
    void bytesThatAreNoCborAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(method(Seat.class), new byte[] {(byte) 0x9f, 0x01}));
        assertThatIllegalArgumentException().isThrownBy(() -> codec.decodeCall(method(Seat.class), new byte[0]));
    }

    @Test
    void aResultOfAMethodWithoutOneIsEmpty() {
        assertThat(codec.encodeResult(method(void.class), null)).isEmpty();
        assertThat(codec.decodeResult(method(void.class), new byte[0])).isNull();
    }

    private Object through(ReplicatedMethod method, Object value) {
        return codec.decodeCall(method, codec.encodeCall(method, new Object[] {value}))[0];
    }

    private static ReplicatedMethod method(Type type) {
        Method any = Holder.class.getDeclaredMethods()[0];
        return new ReplicatedMethod("holder.any", 1, null, "holder", Holder.class, any, List.of(type), type, -1, -1);
    }

    static final AtomicBoolean NAMED_ALIVE = new AtomicBoolean();

    static class Named {
        static {
            NAMED_ALIVE.set(true);
        }

        String name = "";
    }

    static class Holder {
        void any() {}
    }

    interface Containers {
        void all(
                List<String> list,
                Set<Long> set,
                Map<Integer, String> map,
                EnumMap<Colour, List<Seat>> enumMap,
                SortedMap<UUID, Instant> sorted,
                EnumSet<Colour> enums,
                Deque<Integer> deque,
                Optional<String> optional,
                List<Map<Colour, byte[]>> nested,
                Collection<LocalDate> collection);
    }

    enum Colour {
        RED {},
        GREEN;

        @Override
        public String toString() {
            return "a colour";
        }
    }

    record Seat(String row, int number, Optional<String> holder, List<Seat> neighbours) {
        public String getLabel() {
            return row + number;
        }
    }

    record Empty() {}

    record Before(String name) {}

    record After(String name, int count, String note) {}

    record Annotated(
            @JsonIgnore String hidden,
            @JsonProperty("alias") String name) {}

    static class Immutable {
        private final String a;
        private final int b;

        Immutable(String a, int b) {
            this.a = a;
            this.b = b;
        }
    }

    static class Single {
        private final String name;

        Single(String name) {
            this.name = name;
        }
    }

    static class Mutable {
        private String name;
        private transient int forgotten;
    }

    static class Special extends Mutable {
        private String more;
    }

    record Wrapper(List<Mutable> all) {}

    static class Node {
        private Node next;
    }
}
