package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.fuzz.Fuzz;
import io.raftify.replication.encoding.CborFormat;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Arguments and results as no member would have written them. */
class FuzzedArgumentsTests {

    /** Five hundred arrays within each other cost this much, and deeper ones are not read. */
    static final long NESTED = 4 << 20;

    private final CborCommandCodec codec = new CborCommandCodec(new CborFormat());

    static ReplicatedMethod command(Class<?> bean, String name) {
        Method found = Arrays.stream(bean.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return ReplicatedMethod.of("any." + name, 1, null, "bean", bean, found);
    }

    /** One argument of every kind that is allowed. */
    private static final Object[] ARGUMENTS = {
        "text \uD83D \uDE00\uD83D",
        7,
        8L,
        (short) 1,
        (byte) 2,
        'c',
        true,
        1.5f,
        2.5d,
        new BigDecimal("12.50"),
        BigInteger.TEN.pow(30),
        UUID.fromString("0c9bb6a5-8f5c-4fd5-a1de-0d0b4a2c8cf3"),
        URI.create("https://example.org"),
        Locale.CANADA_FRENCH,
        Currency.getInstance("EUR"),
        new byte[] {1, 2, 3},
        new int[][] {{1}, {2, 3}},
        OptionalInt.of(3),
        Optional.of("maybe"),
        DayOfWeek.FRIDAY,
        new Seat("A", 1, Optional.of("ann"), List.of(new Seat("B", 2, Optional.empty(), List.of()))),
        List.of("x", "y"),
        new TreeMap<>(Map.of("k\uDBFF", 1L)),
        new EnumMap<>(Map.of(DayOfWeek.MONDAY, List.of(1))),
        new ArrayDeque<>(List.of(Instant.EPOCH))
    };

    private static final Object[] TIMES = {
        Instant.EPOCH,
        Duration.ofNanos(-1),
        Period.of(1, 2, 3),
        LocalDate.of(2026, 2, 28),
        LocalTime.of(1, 2, 3, 4),
        LocalDateTime.of(2026, 1, 1, 0, 0),
        OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 1, ZoneOffset.ofHours(5)),
        OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(-3)),
        ZonedDateTime.of(2026, 7, 1, 0, 0, 0, 1, ZoneId.of("Asia/Tokyo")),
        Year.of(2026),
        YearMonth.of(2026, 11),
        MonthDay.of(2, 29),
        ZoneId.of("Europe/Berlin"),
        ZoneOffset.ofHoursMinutes(5, 30)
    };

    @Test
    void arguments_are_read_as_their_declared_types_or_refused() {
        decodes("arguments", command(Everything.class, "everything"), ARGUMENTS, 1);
        decodes("times", command(Everything.class, "times"), TIMES, 1);
    }

    /** Each alone, since a mutation rarely gets as far as the last of many. */
    @Test
    void each_type_of_argument_alone_is_read_as_declared_or_refused() {
        for (String name : List.of("everything", "times")) {
            ReplicatedMethod all = command(Everything.class, name);
            Object[] values = name.equals("times") ? TIMES : ARGUMENTS;
            for (int i = 0; i < values.length; i++) {
                ReplicatedMethod one = new ReplicatedMethod(
                        all.command(),
                        1,
                        null,
                        "bean",
                        Everything.class,
                        all.method(),
                        List.of(all.argumentTypes().get(i)),
                        all.argumentTypes().get(i),
                        -1,
                        -1);
                decodes("argument " + one.resultType(), one, new Object[] {values[i]}, 20);
            }
        }
    }

    private void decodes(String name, ReplicatedMethod method, @Nullable Object[] values, int share) {
        Class<?>[] declared = method.argumentTypes().stream()
                .map(type -> ResolvableType.forType(type).toClass())
                .toArray(Class<?>[]::new);
        Fuzz.target(name, codec.encodeCall(method, values))
                .oneOf(share)
                .allocating(256, NESTED)
                .refusingBy(IllegalArgumentException.class)
                .run(bytes -> {
                    @Nullable Object[] arguments;
                    try {
                        arguments = codec.decodeCall(method, bytes);
                    } catch (IllegalArgumentException refused) {
                        // the documented error itself, with the library's words
                        assertThat(refused).hasMessageMatching("(?s).*[Aa]rgument.*'any\\..*");
                        throw refused;
                    }
                    for (int i = 0; i < declared.length; i++) {
                        assertThat(ClassUtils.isAssignableValue(declared[i], arguments[i]))
                                .as("%s for %s", arguments[i], declared[i])
                                .isTrue();
                    }
                });
    }

    /** Halves of surrogate pairs too, alone and in any order, and the characters around which lengths differ. */
    private static final String UNITS = "a\u00DF\u20AC\uFFFD\uD800\uDBFF\uDC00\uDFFF";

    @Test
    void any_text_comes_back_as_it_was_as_a_value_and_as_a_key() {
        ReplicatedMethod method = command(Everything.class, "texts");
        Fuzz.target("texts", "any text at all".getBytes(StandardCharsets.US_ASCII), new byte[] {4, 6, 4, 6, 6, 4})
                .oneOf(20)
                .allocating(1_024, NESTED)
                .run(bytes -> {
                    StringBuilder units = new StringBuilder();
                    for (byte each : bytes) {
                        units.append(UNITS.charAt(each & 7));
                    }
                    String text = units.toString();
                    Object[] arguments = {text, text.toCharArray(), Map.of(text, List.of(text), text + "a", List.of())};

                    assertThat(codec.decodeCall(method, codec.encodeCall(method, arguments)))
                            .matches(back -> Arrays.deepEquals(back, arguments));
                });
    }

    /** They would be some thousand times their size in memory, and for long enough to stop every member. */
    @Test
    void a_run_of_tags_is_refused_and_those_of_numbers_are_not() {
        byte[] tags = new byte[200_000];
        Arrays.fill(tags, (byte) 0xc6);
        tags[0] = (byte) 0x81;
        ReplicatedMethod method = command(Everything.class, "numbers");
        Object[] numbers = {List.of(new BigDecimal("1.5"), new BigDecimal("1e300"))};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(method, tags))
                .withMessageContaining("'any.numbers'")
                .withMessageContaining("CBOR tags");
        assertThat(codec.decodeCall(method, codec.encodeCall(method, numbers))).isEqualTo(numbers);
    }

    @Test
    void bytes_where_a_time_is_declared_are_refused() {
        for (Object time : TIMES) {
            ReplicatedMethod all = command(Everything.class, "times");
            ReplicatedMethod one = new ReplicatedMethod(
                    "any.time",
                    1,
                    null,
                    "bean",
                    Everything.class,
                    all.method(),
                    List.of(time.getClass()),
                    void.class,
                    -1,
                    -1);
            assertThatIllegalArgumentException()
                    .as("%s", time.getClass())
                    .isThrownBy(() -> codec.decodeCall(one, new byte[] {(byte) 0x81, 0x42, 1, 2}))
                    .withMessageContaining("'any.time'");
        }
    }

    /** A number within an array where a time's parts are expected, found by fuzzing. */
    @Test
    void bytes_that_lead_the_parser_where_it_never_thought_to_be_are_refused() {
        byte[] found = HexFormat.of()
                .parseHex("8191381123b03d91f4cf6e2eb5323dc8594268df18117230313a30323a30332e303030303030303034");
        ReplicatedMethod all = command(Everything.class, "times");
        ReplicatedMethod one = new ReplicatedMethod(
                "any.time",
                1,
                null,
                "bean",
                Everything.class,
                all.method(),
                List.of(LocalTime.class),
                LocalTime.class,
                -1,
                -1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(one, found))
                .withMessageContaining("'any.time'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeResult(one, Arrays.copyOfRange(found, 1, found.length)))
                .withMessageContaining("'any.time'");
    }

    @Test
    void a_number_that_is_none_is_refused_by_name_where_a_whole_one_is_declared() {
        ReplicatedMethod all = command(Everything.class, "everything");
        ReplicatedMethod one = new ReplicatedMethod(
                "any.number",
                1,
                null,
                "bean",
                Everything.class,
                all.method(),
                List.of(BigInteger.class),
                void.class,
                -1,
                -1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(one, HexFormat.of().parseHex("81f97e00")))
                .withMessageContaining("Argument 1 of command 'any.number'");
    }

    @Test
    void a_result_is_read_as_its_declared_type_or_refused() {
        ReplicatedMethod method = command(Everything.class, "result");
        Fuzz.target(
                        "results",
                        codec.encodeResult(method, Map.of("k", List.of(new Seat("A", 1, Optional.empty(), List.of())))))
                .allocating(256, NESTED)
                .refusingBy(IllegalArgumentException.class)
                .run(bytes -> {
                    Object result = codec.decodeResult(method, bytes);
                    assertThat(result == null || result instanceof Map).isTrue();
                });
    }

    record Seat(String row, int number, Optional<String> holder, List<Seat> beside) {}

    static class Everything {

        @ReplicatedCommand("any.everything")
        public void everything(
                String text,
                int number,
                Long large,
                short small,
                byte tiny,
                char letter,
                boolean yes,
                float rough,
                Double fine,
                BigDecimal exact,
                BigInteger huge,
                UUID id,
                URI where,
                Locale language,
                Currency money,
                byte[] bytes,
                int[][] table,
                OptionalInt perhaps,
                Optional<String> maybe,
                DayOfWeek day,
                Seat seat,
                List<String> list,
                SortedMap<String, Long> sorted,
                EnumMap<DayOfWeek, List<Integer>> byDay,
                Deque<Instant> queue) {}

        @ReplicatedCommand("any.times")
        public void times(
                Instant instant,
                Duration duration,
                Period period,
                LocalDate date,
                LocalTime time,
                LocalDateTime dateTime,
                OffsetDateTime offsetDateTime,
                OffsetTime offsetTime,
                ZonedDateTime zoned,
                Year year,
                YearMonth month,
                MonthDay birthday,
                ZoneId zone,
                ZoneOffset offset) {}

        @ReplicatedCommand("any.numbers")
        public void numbers(List<BigDecimal> numbers) {}

        @ReplicatedCommand("any.texts")
        public void texts(String text, char[] units, Map<String, List<String>> byText) {}

        @ReplicatedCommand("any.result")
        public Map<String, List<Seat>> result() {
            return new LinkedHashMap<>();
        }
    }
}
