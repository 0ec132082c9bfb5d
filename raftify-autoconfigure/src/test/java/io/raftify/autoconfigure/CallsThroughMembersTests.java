package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.io.FileNotFoundException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;

/** What goes into a call and what comes out of it, from a member that does not lead, through three real ones. */
class CallsThroughMembersTests {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static Members members;

    @BeforeAll
    static void start(@TempDir Path directory) {
        members = new Members(3, directory, Application.class).start();
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @Test
    void argumentsAndResultsOfEveryKindComeBackEqualAndAreTheSameOnEveryMember() {
        EnumMap<Colour, Set<String>> byColour = new EnumMap<>(Colour.class);
        byColour.put(Colour.BLUE, new LinkedHashSet<>(List.of("z", "a")));
        Item item = new Item("pen", Optional.of("blue ink"), new BigDecimal("1.10"), Colour.BLUE, null);
        Scalars scalars = new Scalars(
                "Grüße \uD83D\uDE00",
                null,
                -7,
                Long.MAX_VALUE,
                new BigDecimal("12345678901234567890.1200"),
                BigInteger.TWO.pow(200),
                UUID.fromString("0c9bb6a5-8f5c-4fd5-a1de-0d0b4a2c8cf3"),
                OptionalInt.of(3));
        Times times = new Times(
                Instant.parse("2026-11-25T12:34:56.123456789Z"),
                Duration.ofNanos(-1),
                Period.of(1, 2, 3),
                LocalDate.of(2028, 2, 29),
                LocalDateTime.of(2026, 3, 29, 2, 30),
                OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 1, ZoneOffset.ofHours(5)),
                ZonedDateTime.of(2026, 7, 1, 0, 0, 0, 1, ZoneId.of("Asia/Tokyo")));
        List<Item> items = List.of(item, new Item("ink", Optional.empty(), BigDecimal.ZERO, Colour.RED, item));
        Values onFollower = members.bean(members.follower(), Values.class);

        Everything back = onFollower.everything(
                scalars,
                times,
                items,
                byColour,
                new TreeMap<>(Map.of(1, List.of(2L))),
                Optional.of(item),
                Optional.empty());

        Everything expected = new Everything(
                scalars,
                times,
                items,
                byColour,
                new TreeMap<>(Map.of(1, List.of(2L))),
                Optional.of(item),
                Optional.empty());
        assertThat(back).isEqualTo(expected);
        assertThat(List.copyOf(Objects.requireNonNull(back.byColour().get(Colour.BLUE))))
                .containsExactly("z", "a");
        for (String id : members.ids()) {
            assertThat(members.bean(id, Values.class).last()).as(id).isEqualTo(expected);
        }
    }

    @Test
    void typeVariablesAreWhatTheBeansClassSaysAndNullIsAValue() {
        Values onFollower = members.bean(members.follower(), Values.class);
        Item item = new Item("pen", Optional.empty(), BigDecimal.ONE, Colour.RED, null);

        assertThat(onFollower.echo(item)).isEqualTo(item);
        assertThat(onFollower.echo(null)).isNull();
        assertThat(onFollower.echoAll(new ArrayList<>(List.of(item, item)))).containsExactly(item, item);
        assertThat(onFollower.echoArray(new Item[] {item, null})).containsExactly(item, null);
        assertThat(onFollower.maybe("")).isEmpty();
        assertThat(onFollower.maybe("x")).contains("x");
        assertThat(onFollower.bytes(new byte[] {0, -1})).containsExactly(0, -1);
        onFollower.nothing();
    }

    @Test
    void promisesAreKeptOnEveryMember() {
        int sum = 0;
        for (String id : members.ids()) {
            Values values = members.bean(id, Values.class);
            sum += 3;

            CompletableFuture<Integer> future = values.addFuture(1);
            assertThat(future).succeedsWithin(SOON).isEqualTo(sum - 2);
            assertThat(values.addMono(2).block(SOON)).isEqualTo(sum);

            for (String reader : members.ids()) {
                assertThat(members.bean(reader, Values.class).sumFuture())
                        .as("written on %s, read on %s", id, reader)
                        .succeedsWithin(SOON)
                        .isEqualTo(sum);
                assertThat(members.bean(reader, Values.class).sumMono().block(SOON))
                        .isEqualTo(sum);
            }
        }
    }

    @Test
    void aPromisedExceptionComesBackToAFollowerAndAnUnkeptPromiseFailsAlikeOnEveryMember() {
        Values onFollower = members.bean(members.follower(), Values.class);

        assertThat(onFollower.checked())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(FileNotFoundException.class);
        assertThat(onFollower.never())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOf(IllegalStateException.class)
                .withMessageContaining("Values.never() returned a promise that was not kept yet");
        assertThat(onFollower.echo(null)).isNull();
        assertThat(members.ids())
                .allSatisfy(id -> assertThat(members.status(id).failure()).isNull());
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Values.class)
    static class Application {}

    enum Colour {
        RED,
        BLUE {
            @Override
            public String toString() {
                return "not the name";
            }
        }
    }

    record Item(
            String name,
            Optional<String> note,
            BigDecimal price,
            Colour colour,
            @Nullable Item part) {}

    record Scalars(
            String text,
            @Nullable String none,
            int number,
            Long boxed,
            BigDecimal money,
            BigInteger big,
            UUID id,
            OptionalInt maybe) {}

    record Times(
            Instant instant,
            Duration duration,
            Period period,
            LocalDate date,
            LocalDateTime local,
            OffsetDateTime offset,
            ZonedDateTime zoned) {}

    record Everything(
            Scalars scalars,
            Times times,
            List<Item> items,
            Map<Colour, Set<String>> byColour,
            TreeMap<Integer, List<Long>> sorted,
            Optional<Item> some,
            Optional<String> none) {}

    abstract static class Echo<T> {

        @ReplicatedCommand("values.echo")
        public @Nullable T echo(@Nullable T value) {
            return value;
        }

        @ReplicatedCommand("values.echo-array")
        public @Nullable T[] echoArray(@Nullable T[] values) {
            return values;
        }

        @ReplicatedCommand("values.echo-all")
        public List<T> echoAll(List<T> values) {
            return values;
        }
    }

    static class Values extends Echo<Item> {

        @ReplicatedState
        private @Nullable Everything last;

        @ReplicatedState
        private int sum;

        @ReplicatedCommand("values.everything")
        public Everything everything(
                Scalars scalars,
                Times times,
                List<Item> items,
                Map<Colour, Set<String>> byColour,
                TreeMap<Integer, List<Long>> sorted,
                Optional<Item> some,
                Optional<String> none) {
            last = new Everything(scalars, times, items, byColour, sorted, some, none);
            return last;
        }

        @ReplicatedQuery
        public @Nullable Everything last() {
            return last;
        }

        @ReplicatedCommand("values.maybe")
        public Optional<String> maybe(String value) {
            return Optional.of(value).filter(text -> !text.isEmpty());
        }

        @ReplicatedCommand("values.bytes")
        public byte[] bytes(byte[] value) {
            return value;
        }

        @ReplicatedCommand("values.nothing")
        public void nothing() {}

        @ReplicatedCommand("values.add-future")
        public CompletableFuture<Integer> addFuture(int amount) {
            sum += amount;
            return CompletableFuture.completedFuture(sum);
        }

        @ReplicatedCommand("values.add-mono")
        public Mono<Integer> addMono(int amount) {
            return Mono.fromSupplier(() -> sum += amount);
        }

        @ReplicatedQuery
        public CompletableFuture<Integer> sumFuture() {
            return CompletableFuture.completedFuture(sum);
        }

        @ReplicatedQuery(ReadConsistency.LINEARIZABLE)
        public Mono<Integer> sumMono() {
            return Mono.fromSupplier(() -> sum);
        }

        @ReplicatedCommand("values.checked")
        public CompletableFuture<String> checked() {
            return CompletableFuture.failedFuture(new FileNotFoundException("gone"));
        }

        @ReplicatedCommand("values.never")
        public CompletableFuture<String> never() {
            return new CompletableFuture<>();
        }
    }
}
