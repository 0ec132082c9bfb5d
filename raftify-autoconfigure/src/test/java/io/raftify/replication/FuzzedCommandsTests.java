package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.fuzz.Fuzz;
import io.raftify.node.RaftException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.wire.BusinessException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
import java.util.ArrayList;
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
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Commands, outcomes and states as no member of this version would have written them. */
class FuzzedCommandsTests {

    /** Five hundred arrays within each other cost this much, and deeper ones are not read. */
    private static final long NESTED = 4 << 20;

    private final CborCommandCodec codec = new CborCommandCodec(new CborFormat());

    private static ReplicatedMethod command(Class<?> bean, String name) {
        Method found = Arrays.stream(bean.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return ReplicatedMethod.of("any." + name, "bean", bean, found);
    }

    /** One argument of every kind that is allowed. */
    private static final Object[] ARGUMENTS = {
        "text",
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
        new TreeMap<>(Map.of("k", 1L)),
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
                        "bean",
                        Everything.class,
                        all.method(),
                        List.of(all.argumentTypes().get(i)),
                        all.argumentTypes().get(i));
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
                    "any.time", "bean", Everything.class, all.method(), List.of(time.getClass()), void.class);
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
                "any.time", "bean", Everything.class, all.method(), List.of(LocalTime.class), LocalTime.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeCall(one, found))
                .withMessageContaining("'any.time'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decodeResult(one, Arrays.copyOfRange(found, 1, found.length)))
                .withMessageContaining("'any.time'");
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

    @Test
    void an_envelope_is_read_or_refused() {
        Fuzz.target("envelopes", envelope("box.put", codec.encodeCall(command(Box.class, "put"), new Object[] {"a", 1
                })))
                .refusingBy(InvalidProtocolBufferException.class)
                .run(WireFormat::parseCommand);
        Fuzz.target(
                        "outcomes",
                        CommandOutcome.newBuilder()
                                .setFormatVersion(1)
                                .setCodec("cbor")
                                .setValue(ByteString.copyFrom(new byte[] {1}))
                                .build()
                                .toByteArray(),
                        CommandOutcome.newBuilder()
                                .setFormatVersion(1)
                                .setException(BusinessException.newBuilder()
                                        .setType("java.lang.IllegalStateException")
                                        .setMessage("no"))
                                .build()
                                .toByteArray())
                .refusingBy(InvalidProtocolBufferException.class)
                .run(WireFormat::parseOutcome);
    }

    private static byte[] envelope(String command, byte[] payload) {
        return CommandEnvelope.newBuilder()
                .setFormatVersion(1)
                .setCodec("cbor")
                .setCommand(command)
                .setCommandVersion(1)
                .setProposer("n2")
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteArray();
    }

    @Test
    void an_entry_is_applied_or_unsupported_and_an_unsupported_one_changes_nothing() {
        context(Box.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            Box box = (Box) BeanCheck.target(context.getBean(Box.class));
            byte[] put = codec.encodeCall(command(Box.class, "put"), new Object[] {"a", 1});
            byte[] at = codec.encodeCall(command(Box.class, "at"), new Object[] {Instant.EPOCH, new int[] {1}});
            Fuzz.target("entries", envelope("box.put", put), envelope("box.at", at))
                    .allocating(256, NESTED)
                    .refusingBy(UnsupportedEntryException.class)
                    .run(bytes -> {
                        int before = box.calls;
                        try {
                            WireFormat.parseOutcome(machine.apply(1, 1, bytes));
                            assertThat(box.calls).isEqualTo(before + 1);
                        } catch (UnsupportedEntryException unsupported) {
                            assertThat(box.calls).isEqualTo(before);
                            throw unsupported;
                        }
                    });
            Fuzz.target("arguments in entries", selected(0, put), selected(1, at))
                    .allocating(256, NESTED)
                    .refusingBy(UnsupportedEntryException.class)
                    .run(bytes -> machine.apply(
                            1,
                            1,
                            envelope(
                                    bytes.length == 0 || bytes[0] == 0 ? "box.put" : "box.at",
                                    Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length))));
        });
    }

    private static byte[] selected(int command, byte[] arguments) {
        byte[] selected = new byte[1 + arguments.length];
        selected[0] = (byte) command;
        System.arraycopy(arguments, 0, selected, 1, arguments.length);
        return selected;
    }

    @Test
    void a_state_is_restored_or_refused_and_then_nothing_has_changed_or_nothing_is_read_any_more() throws Exception {
        byte[][] valid = new byte[1][];
        context(Box.class).run(context -> {
            Box box = (Box) BeanCheck.target(context.getBean(Box.class));
            box.fill();
            valid[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });
        context(Box.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            for (boolean sealed : new boolean[] {false, true}) {
                Fuzz.target(sealed ? "sealed states" : "states", valid[0])
                        .oneOf(4)
                        // Cut, since long runs of tags are looked for in commands only: what has its digest comes from
                        // a
                        // member, and a state is too large to be gone through once more.
                        .allocating(256, 64 << 20)
                        .finishedBy(bytes -> sealed ? seal(Arrays.copyOf(bytes, Math.min(bytes.length, 8_192))) : bytes)
                        .refusingBy(IOException.class)
                        .run(bytes -> {
                            byte[] before = node.writeSnapshot();
                            try {
                                machine.restore(new ByteArrayInputStream(bytes));
                            } catch (IOException refused) {
                                if (!Arrays.equals(node.writeSnapshot(), before)) {
                                    assertThat(refused).hasMessageContaining("does not take");
                                    assertThatExceptionOfType(ReadUnavailableException.class)
                                            .isThrownBy(() ->
                                                    context.getBean(Box.class).size());
                                }
                                throw refused;
                            }
                        });
            }
        });
    }

    /** Written by a version whose container took it. */
    @Test
    void an_element_that_the_container_of_today_does_not_take_is_refused_by_name_and_nothing_is_read_any_more() {
        byte[][] written = new byte[1][];
        context().withBean("box", TakesNull.class).run(context -> {
            ((TakesNull) BeanCheck.target(context.getBean(TakesNull.class))).queue.add(null);
            written[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });
        context().withBean("box", TakesNoNull.class).run(context -> {
            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(written[0]))
                    .withMessageContaining("TakesNoNull.queue does not take");
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(() -> context.getBean(TakesNoNull.class).size());
        });
    }

    @Test
    void an_exception_whose_class_cannot_be_used_here_comes_back_in_words() {
        Exception rebuilt = BusinessExceptions.rebuild(
                command(Box.class, "put"),
                BusinessException.newBuilder()
                        .setType(BrokenWhenUsed.class.getName())
                        .setMessage("why")
                        .build());

        assertThat(rebuilt).isInstanceOf(RemoteCommandException.class).hasMessageContaining("why");
    }

    /** Gives bytes the digest that a state of these bytes has. */
    private static byte[] seal(byte[] bytes) {
        if (bytes.length < 32) {
            return bytes;
        }
        try {
            byte[] sealed = bytes.clone();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(sealed, 0, sealed.length - 32);
            System.arraycopy(digest.digest(), 0, sealed, sealed.length - 32, 32);
            return sealed;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void whatever_name_an_exception_has_the_caller_gets_an_exception_and_no_other_class_comes_to_life() {
        ReplicatedMethod method = command(Box.class, "put");
        List<byte[]> names = new ArrayList<>();
        for (String name : List.of(
                "java.lang.IllegalStateException",
                "java.lang.String",
                "io.raftify.node.OutcomeUnknownException",
                "[Ljava.lang.Exception;",
                BrokenWhenUsed.class.getName())) {
            names.add(name.getBytes(StandardCharsets.UTF_8));
        }
        // A class loader looks for the name in every directory and archive of the class path.
        Fuzz.target("exception names", names)
                .oneOf(4)
                .allocating(1_024, 4 << 20)
                .run(bytes -> {
                    String name = new String(bytes, StandardCharsets.UTF_8);
                    BusinessException written = BusinessException.newBuilder()
                            .setType(name)
                            .setMessage("why")
                            .build();

                    Exception rebuilt = BusinessExceptions.rebuild(method, written);

                    assertThat(rebuilt).isInstanceOf(RuntimeException.class).isNotInstanceOf(RaftException.class);
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

        @ReplicatedCommand("any.result")
        public Map<String, List<Seat>> result() {
            return new LinkedHashMap<>();
        }
    }

    static class Box {

        private int calls;

        @ReplicatedState
        private final ConcurrentHashMap<String, Integer> amounts = new ConcurrentHashMap<>();

        @ReplicatedState
        private final TreeMap<Instant, Seat> seats = new TreeMap<>();

        @ReplicatedState
        private final Deque<String> queue = new ArrayDeque<>();

        @ReplicatedState
        private Set<Integer> numbers = Set.of();

        @ReplicatedState
        private @Nullable Duration lasting;

        void fill() {
            amounts.put("a", 1);
            amounts.put("b", 2);
            seats.put(Instant.EPOCH, new Seat("A", 1, Optional.of("ann"), List.of()));
            queue.add("first");
            numbers = Set.of(5);
            lasting = Duration.ofSeconds(3);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int size() {
            return amounts.size();
        }

        @ReplicatedCommand("box.put")
        public int put(@Nullable String name, int amount) {
            calls++;
            return amount;
        }

        @ReplicatedCommand("box.at")
        public int at(@Nullable Instant when, int @Nullable [] numbers) {
            calls++;
            return numbers == null ? 0 : numbers.length;
        }
    }

    static class TakesNull {

        @ReplicatedState
        private final List<@Nullable String> queue = new ArrayList<>();

        @ReplicatedCommand("box.any")
        public void any() {}
    }

    static class TakesNoNull {

        @ReplicatedState
        private final Deque<String> queue = new ArrayDeque<>();

        @ReplicatedCommand("box.any")
        public void any() {}

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int size() {
            return queue.size();
        }
    }

    /** Cannot be initialised, as a class whose own library is missing. */
    static class BrokenWhenUsed extends RuntimeException {

        static final int NEVER = Integer.parseInt("not a number");

        BrokenWhenUsed(String message) {
            super(message + NEVER);
        }
    }
}
