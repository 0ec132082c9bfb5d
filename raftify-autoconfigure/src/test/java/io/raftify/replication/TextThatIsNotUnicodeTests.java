package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.wire.BusinessException;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Type;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.ObjectReader;

/** A Java string may hold half of a surrogate pair; no encoding of Unicode has a form for it. */
class TextThatIsNotUnicodeTests {

    private static final String HIGH = "\uD83D";
    private static final String LOW = "\uDE00";

    private final CborCommandCodec codec = new CborCommandCodec(new CborFormat());

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(String.class, HIGH),
                Arguments.of(String.class, LOW),
                Arguments.of(String.class, LOW + HIGH),
                Arguments.of(String.class, HIGH + HIGH + LOW + LOW),
                Arguments.of(String.class, "Grüße €" + HIGH + " " + LOW + "\uFFFD?"),
                Arguments.of(String.class, "\uD800\uDBFF\uDC00\uDFFF\uD800"),
                Arguments.of(char.class, HIGH.charAt(0)),
                Arguments.of(Character.class, LOW.charAt(0)),
                Arguments.of(char[].class, ("a" + HIGH + "b").toCharArray()),
                Arguments.of(String[].class, new String[] {"a", HIGH, null, LOW}),
                Arguments.of(URI.class, URI.create("https://example.org/" + HIGH + "?" + LOW)),
                Arguments.of(Seat.class, new Seat(HIGH, 1, Optional.of(LOW), Map.of(LOW, List.of("a" + HIGH)))),
                Arguments.of(generic(List.class, String.class), Arrays.asList(HIGH, null, "a")),
                Arguments.of(generic(Optional.class, String.class), Optional.of(LOW)),
                Arguments.of(generic(Map.class, String.class, String.class), Map.of(HIGH, LOW, LOW, HIGH, "?", "?")),
                Arguments.of(
                        generic(TreeMap.class, Character.class, Integer.class), new TreeMap<>(Map.of('\uDC00', 1))),
                Arguments.of(generic(Map.class, URI.class, String.class), Map.of(URI.create("a:" + LOW), "x")));
    }

    private static Type generic(Class<?> raw, Class<?>... parameters) {
        return ResolvableType.forClassWithGenerics(raw, parameters).getType();
    }

    @ParameterizedTest
    @MethodSource("values")
    void anArgumentComesBackEqual(Type type, Object value) {
        ReplicatedMethod method = method(type);
        assertThat(codec.problemWith(type)).isEmpty();

        Object back = codec.decodeCall(method, codec.encodeCall(method, new Object[] {value}))[0];

        assertThat(Objects.deepEquals(back, value)).as("%s is %s", back, value).isTrue();
    }

    @ParameterizedTest
    @MethodSource("values")
    void aResultComesBackEqual(Type type, Object value) {
        ReplicatedMethod method = method(type);

        Object back = codec.decodeResult(method, codec.encodeResult(method, value));

        assertThat(Objects.deepEquals(back, value)).as("%s is %s", back, value).isTrue();
    }

    /** Lengths have four forms, strings are written in pieces, and pieces are read into buffers: at none of them. */
    static IntStream lengths() {
        return IntStream.of(3, 7, 8, 22, 23, 24, 85, 86, 255, 256, 1_332, 3_995, 3_996, 3_997, 4_000, 7_999, 8_000)
                .flatMap(length -> IntStream.of(length, length + 1))
                .sorted()
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void halvesComeBackFromAnyPlaceInATextOfAnyLength(int length) {
        Type type = generic(Map.class, String.class, String.class);
        ReplicatedMethod method = method(type);
        ObjectReader reader = new CborFormat().reader(ResolvableType.forType(type));
        for (String filling : List.of("x", "ß", "€")) {
            for (int at : new int[] {0, length / 2, length - 2}) {
                for (String halves : List.of(LOW + HIGH, HIGH + HIGH)) {
                    String text = filling.repeat(at) + halves + filling.repeat(length - at - 2);
                    Map<String, String> value = Map.of(text, text, text + "!", HIGH + LOW);

                    byte[] written = codec.encodeResult(method, value);

                    assertThat(codec.decodeResult(method, written)).isEqualTo(value);
                    assertThat((Object) reader.readValue(new ByteArrayInputStream(written)))
                            .as("as state is read")
                            .isEqualTo(value);
                }
            }
        }
    }

    @Test
    void textThatIsUnicodeIsWrittenAsItAlwaysWas() {
        ReplicatedMethod method = method(Seat.class);
        Seat seat = new Seat("Grüße " + HIGH + LOW, 1, Optional.empty(), Map.of("\uFFFD", List.of("?")));
        byte[] written = HexFormat.of().parseHex(WRITTEN_BEFORE);

        assertThat(codec.encodeResult(method, seat)).isEqualTo(written);
        assertThat(codec.decodeResult(method, written)).isEqualTo(seat);
    }

    private static final String WRITTEN_BEFORE =
            "bf63726f776c4772c3bcc39f6520f09f9880666e756d62657201" + "66686f6c646572f6656e6f746573bf63efbfbd81613fffff";

    @Test
    void stateThatHoldsHalvesIsWrittenAndRestoredByAnotherMemberAsItWas() {
        AtomicReference<byte[]> snapshot = new AtomicReference<>();
        AtomicReference<String> state = new AtomicReference<>();
        context(Names.class).run(context -> {
            Names names = context.getBean(Names.class);
            names.put("a" + HIGH, LOW);
            names.cut("Grüße " + HIGH + LOW, 7);
            state.set(target(names).description());
            snapshot.set(context.getBean(SingleMemberNode.class).writeSnapshot());
        });

        context(Names.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.restore(snapshot.get());

            Names restored = target(context.getBean(Names.class));
            assertThat(restored.description()).isEqualTo(state.get()).contains("a" + HIGH + "=", "Grüße " + HIGH);
            assertThat(restored.byLetter).containsExactly(Map.entry(LOW.charAt(0), new Seat("a" + HIGH, 0)));
            assertThat(node.writeSnapshot()).isEqualTo(snapshot.get());
        });
    }

    /** No caller wrote it: that is how it comes about. */
    @Test
    void aCommandThatCutsAPairInTwoTellsItsCallerAndSnapshotsGoOn() {
        context(Names.class).run(context -> {
            Names names = context.getBean(Names.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);

            assertThat(names.cut("x" + HIGH + LOW, 2)).isEqualTo("x" + HIGH);
            byte[] snapshot = node.writeSnapshot();
            target(names).last = "later";
            node.restore(snapshot);

            assertThat(target(names).last).isEqualTo("x" + HIGH);
        });
    }

    @Test
    void aCommandThatCutsAPairInTheMessageOfItsExceptionTellsItsCaller() {
        context(Names.class)
                .run(context -> assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> context.getBean(Names.class).refuse("no " + HIGH + LOW, 4))
                        .withMessage("no " + HIGH));
    }

    @Test
    void stateThatHeldHalvesWhenTheApplicationStartedIsReplicated() {
        context(StartsWithHalves.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aCommandIsGivenAndGivesBackWhatItsCallerWrote() {
        context(Names.class).run(context -> {
            Names names = context.getBean(Names.class);

            assertThat(names.put(HIGH, LOW)).isEqualTo(HIGH);
            assertThat(names.cut("x" + HIGH + LOW, 2)).isEqualTo("x" + HIGH);
            assertThat(target(names).last).isEqualTo("x" + HIGH);
        });
    }

    @Test
    void aBusinessExceptionKeepsItsMessage() {
        context(Names.class).run(context -> {
            Names names = context.getBean(Names.class);

            for (String message : List.of(HIGH, "no " + LOW + "!", HIGH + LOW, "a\uFFFD?", "")) {
                assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> names.refuse(message, message.length()))
                        .withMessage(message);
            }
            assertThat(context.getBean(SingleMemberNode.class).status().failure())
                    .isNull();
        });
    }

    @Test
    void aCommandsOutcomeHasTheSameBytesOnEveryMember() {
        List<CommandOutcome> outcomes = new ArrayList<>();
        List<byte[]> entries = new ArrayList<>();
        context(Names.class).run(context -> {
            Names names = context.getBean(Names.class);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> names.refuse("no " + HIGH + LOW, 4));
            names.put(LOW, HIGH);
            entries.addAll(context.getBean(SingleMemberNode.class).entries());
        });
        for (int member = 0; member < 2; member++) {
            context(Names.class).run(context -> {
                for (int i = 0; i < entries.size(); i++) {
                    EntryOutcome outcome = WireFormat.parseOutcome(
                            context.getBean(ReplicatedStateMachine.class).apply(i + 1, 1, entries.get(i)));
                    if (outcome.hasCommand()) {
                        outcomes.add(outcome.getCommand());
                    }
                }
            });
        }

        assertThat(outcomes).hasSize(4);
        assertThat(outcomes.subList(0, 2)).isEqualTo(outcomes.subList(2, 4));
        assertThat(outcomes.get(0).getException().getMessage())
                .as("what members of an older version read")
                .isEqualTo("no \uFFFD");
    }

    @Test
    void anOutcomeOfAMemberThatKnowsNoHalvesIsReadAsItWas() {
        BusinessException old = BusinessException.newBuilder()
                .setType(IllegalStateException.class.getName())
                .setMessage("sold out")
                .build();

        assertThat(BusinessExceptions.rebuild(method(String.class), old))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("sold out");
    }

    @Test
    void aLongMessageIsNotCutInTheMiddleOfAPair() {
        String message = "x" + (HIGH + LOW).repeat(5_000);

        Exception rebuilt = BusinessExceptions.rebuild(
                method(String.class), BusinessExceptions.write(new IllegalStateException(message)));

        assertThat(rebuilt).hasMessage("x" + (HIGH + LOW).repeat(4_095) + "…");
    }

    private static ReplicatedMethod method(Type type) {
        return new ReplicatedMethod(
                "holder.any",
                1,
                null,
                "holder",
                Names.class,
                Names.class.getDeclaredMethods()[0],
                List.of(type),
                type,
                -1,
                -1);
    }

    private static Names target(Names bean) {
        return (Names) BeanCheck.target(bean);
    }

    record Seat(String row, int number, Optional<String> holder, Map<String, List<String>> notes) {

        Seat(String row, int number) {
            this(row, number, Optional.of(row), Map.of(row, List.of(row)));
        }
    }

    static class Names {

        @ReplicatedState
        private final Map<String, String> names = new TreeMap<>();

        @ReplicatedState
        private final Map<Character, Seat> byLetter = new TreeMap<>();

        @ReplicatedState
        private final List<@Nullable String> all = new ArrayList<>();

        @ReplicatedState
        private char[] letters = {};

        @ReplicatedState
        private @Nullable String last;

        @ReplicatedCommand("names.put")
        public String put(String name, String value) {
            names.put(name, value);
            byLetter.put(value.charAt(0), new Seat(name, 0));
            all.add(value);
            letters = (name + value).toCharArray();
            return name;
        }

        /** As a column's width does. */
        @ReplicatedCommand("names.cut")
        public String cut(String name, int length) {
            last = name.substring(0, length);
            return last;
        }

        @ReplicatedCommand("names.refuse")
        public void refuse(String message, int length) {
            throw new IllegalStateException(message.substring(0, length));
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public String description() {
            return names + " " + byLetter + " " + all + " " + Arrays.toString(letters) + " " + last;
        }
    }

    static class StartsWithHalves {

        @ReplicatedState
        private String name = HIGH;

        @ReplicatedCommand("starts.any")
        public void any() {}
    }
}
