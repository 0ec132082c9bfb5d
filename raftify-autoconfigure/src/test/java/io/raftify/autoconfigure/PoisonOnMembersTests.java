package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.replication.RemoteCommandException;
import io.raftify.replication.StateDivergence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/** Commands that end badly, called at a follower of three real members, amid calls of others. */
class PoisonOnMembersTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    enum Poison {
        CHECKED,
        UNCHECKED,
        ASSERTION,
        ERROR,
        STACK_OVERFLOW,
        MESSAGE_THAT_THROWS,
        MESSAGE_THAT_IS_AN_ERROR,
        CAUSE_THAT_THROWS,
        CAUSE_THAT_IS_AN_ERROR,
        TEXT_THAT_THROWS,
        INTERRUPTED,
        RESULT_THAT_THROWS,
        RESULT_THAT_IS_AN_ERROR,
        RESULT_WITHOUT_END,
        ARRAY_THAT_NO_HEAP_COULD_HOLD,
        TEXT_THAT_NO_HEAP_COULD_HOLD,
        CLASS_THAT_CANNOT_BE_INITIALISED
    }

    /** What may be so on one member alone. */
    enum Breakdown {
        HEAP,
        HEAP_INSIDE_ANOTHER_EXCEPTION,
        MISSING_CLASS
    }

    @TempDir
    static Path directory;

    private static Members members;

    @BeforeAll
    static void start() {
        members = new Members(3, directory, App.class).start();
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @ParameterizedTest
    @EnumSource
    void itsCallerIsToldNothingIsChangedAndEveryMemberGoesOn(Poison poison) throws Exception {
        Cabinet onFollower = cabinet(members.follower());
        String drawer = "before " + poison;
        onFollower.put(drawer, 1);
        try (Traffic traffic = new Traffic()) {
            for (int i = 0; i < 3; i++) {
                assertTold(poison, catchThrowable(() -> onFollower.spoil(poison)));
                assertThat(onFollower.put(drawer, i)).isEqualTo(i);
            }
            traffic.end();
        }
        assertThat(content()).contains(drawer + "=2").doesNotContain("poison").doesNotContain("spoilt");
    }

    private static void assertTold(Poison poison, Throwable thrown) {
        switch (poison) {
            case CHECKED ->
                assertThat(thrown)
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessage("spoilt")
                        .hasNoCause();
            case UNCHECKED ->
                assertThat(thrown)
                        .isExactlyInstanceOf(UncheckedIOException.class)
                        .hasMessage("spoilt")
                        .cause()
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessage("no more ink");
            case INTERRUPTED ->
                assertThat(thrown)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("was interrupted before: false");
            case ASSERTION -> assertRemote(thrown, "java.lang.AssertionError", "must not be");
            case ERROR -> assertRemote(thrown, "java.lang.Error", "an error");
            case STACK_OVERFLOW -> assertRemote(thrown, "java.lang.StackOverflowError", "");
            case MESSAGE_THAT_THROWS, MESSAGE_THAT_IS_AN_ERROR ->
                assertThat(thrown.getClass()).isEqualTo(Speechless.class);
            case CAUSE_THAT_THROWS, CAUSE_THAT_IS_AN_ERROR -> {
                assertThat(thrown.getClass()).isEqualTo(Causeless.class);
                assertThat(thrown.getMessage()).isEqualTo("without cause");
            }
            case TEXT_THAT_THROWS -> {
                assertThat(thrown.getClass()).isEqualTo(Textless.class);
                assertThat(thrown.getMessage()).isEqualTo("without text");
            }
            case RESULT_THAT_THROWS, RESULT_THAT_IS_AN_ERROR ->
                assertRemote(
                        thrown,
                        "io.raftify.replication.CommandApplication$UnencodableResultException",
                        "not to be looked at");
            case RESULT_WITHOUT_END ->
                assertRemote(
                        thrown,
                        "io.raftify.replication.CommandApplication$UnencodableResultException",
                        "java.lang.StackOverflowError");
            case ARRAY_THAT_NO_HEAP_COULD_HOLD ->
                assertRemote(thrown, "java.lang.OutOfMemoryError", "Requested array size exceeds VM limit");
            case TEXT_THAT_NO_HEAP_COULD_HOLD ->
                assertRemote(thrown, "java.lang.OutOfMemoryError", "Required length exceeds implementation limit");
            case CLASS_THAT_CANNOT_BE_INITIALISED ->
                assertRemote(thrown, "java.lang.ExceptionInInitializerError", "cannot be initialised");
        }
    }

    private static void assertRemote(Throwable thrown, String type, String message) {
        assertThat(thrown).isExactlyInstanceOf(RemoteCommandException.class).hasMessageContaining(message);
        assertThat(((RemoteCommandException) thrown).originalType()).isEqualTo(type);
    }

    @Test
    void theirStatesAreEqualAfterAThousandEntriesAndAfterARestartOfAllOfThem() throws Exception {
        try (Traffic traffic = new Traffic()) {
            for (Poison poison : Poison.values()) {
                assertTold(
                        poison, catchThrowable(() -> cabinet(members.follower()).spoil(poison)));
            }
            traffic.sends(1_001);
        }
        String before = content();

        restartAll();

        assertThat(content()).isEqualTo(before);
        assertThat(cabinet("n2").put("after the restart", 7)).isEqualTo(7);
        assertThat(content()).contains("after the restart=7");
    }

    @ParameterizedTest
    @EnumSource
    void whatBreaksDownOnOneMemberAloneStopsThatOneAndTheOthersGoOn(Breakdown breakdown) {
        String broken = members.follower();
        List<String> others =
                members.ids().stream().filter(id -> !id.equals(broken)).toList();
        Cabinet.brokenOn.add(broken);
        try {
            assertThat(cabinet(others.get(0)).fill(breakdown)).isPositive();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(members.status(broken).failure())
                            .contains("cabinet.fill", "on this member alone"));
            assertThat(cabinet(others.get(1)).put("after " + breakdown, 1)).isEqualTo(1);
            assertThat(others)
                    .allSatisfy(id -> assertThat(members.status(id).failure()).isNull());
        } finally {
            Cabinet.brokenOn.clear();
            members.stop(broken);
            members.start(broken);
        }

        assertThat(content()).contains("after " + breakdown + "=1");
    }

    @Test
    void aClassThatIsMissingEverywhereStopsThemAndABuildThatHasItGoesOnFromTheSameDirectories() {
        Cabinet cabinet = cabinet(members.follower());
        int filled = cabinet.put("filled", 0);
        Cabinet.brokenOn.addAll(members.ids());
        try {
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> cabinet.fill(Breakdown.MISSING_CLASS));
            // The last one has nobody left to tell it that the entry is committed.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(members.ids())
                            .map(id -> members.status(id).failure())
                            .filteredOn(failure -> failure != null)
                            .hasSizeGreaterThanOrEqualTo(2)
                            .allMatch(failure -> failure.contains("NoClassDefFoundError")));
        } finally {
            Cabinet.brokenOn.clear();
            restartAll();
        }

        assertThat(cabinet("n1").put("there", filled)).isEqualTo(filled);
        assertThat(content()).contains("there=");
    }

    private static void restartAll() {
        members.close();
        members.start();
    }

    /** On all members alike. */
    private static String content() {
        for (String id : members.ids()) {
            // Linearizable: what comes then is not older than what was acknowledged.
            await().atMost(PATIENCE).ignoreExceptions().until(() -> cabinet(id).content() != null);
        }
        String first = cabinet("n1").contentAsKnownHere();
        for (String id : members.ids()) {
            assertThat(cabinet(id).contentAsKnownHere()).as(id).isEqualTo(first);
            assertThat(members.status(id).failure()).as(id).isNull();
            assertThat(members.bean(id, Heard.class).divergences).as(id).isEmpty();
        }
        return first;
    }

    private static Cabinet cabinet(String id) {
        return members.bean(id, Cabinet.class);
    }

    /** Others call meanwhile, at every member. */
    private static final class Traffic implements AutoCloseable {

        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<Future<?>> callers = new ArrayList<>();
        private final AtomicInteger sent = new AtomicInteger();
        private volatile boolean ended;

        Traffic() {
            for (String id : members.ids()) {
                for (int i = 0; i < 4; i++) {
                    String drawer = id + "-" + i;
                    callers.add(threads.submit(() -> {
                        for (int n = 0; !ended; n++) {
                            assertThat(cabinet(id).put(drawer, n)).isEqualTo(n);
                            sent.incrementAndGet();
                        }
                    }));
                }
            }
        }

        void sends(int calls) throws Exception {
            await().atMost(PATIENCE.multipliedBy(2))
                    .until(() -> sent.get() >= calls || callers.stream().anyMatch(Future::isDone));
            end();
        }

        void end() throws Exception {
            ended = true;
            for (Future<?> caller : callers) {
                caller.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }

        @Override
        public void close() {
            ended = true;
            threads.shutdownNow();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Heard.class)
    static class App {

        @Bean
        Cabinet cabinet(@Value("${raftify.node-id}") String nodeId) {
            return new Cabinet(nodeId);
        }
    }

    static class Heard {

        private final List<StateDivergence> divergences = new CopyOnWriteArrayList<>();

        @EventListener
        void diverged(StateDivergence divergence) {
            divergences.add(divergence);
        }
    }

    static class Cabinet {

        static final Set<String> brokenOn = ConcurrentHashMap.newKeySet();

        @ReplicatedState
        private final Map<String, Integer> drawers = new LinkedHashMap<>();

        /** Of values that change, which are put back from a copy. */
        @ReplicatedState
        private final Map<String, List<String>> order = new LinkedHashMap<>();

        @ReplicatedState
        private int count;

        @ReplicatedState
        private @Nullable String label;

        private final String nodeId;

        Cabinet(String nodeId) {
            this.nodeId = nodeId;
        }

        @ReplicatedCommand("cabinet.put")
        public int put(String drawer, int value) {
            drawers.put(drawer, value);
            order.computeIfAbsent("last", none -> new ArrayList<>()).add(drawer);
            if (order.get("last").size() > 5) {
                order.get("last").remove(0);
            }
            count++;
            return value;
        }

        @ReplicatedCommand("cabinet.spoil")
        public List<Integer> spoil(Poison poison) throws IOException {
            boolean interrupted = Thread.currentThread().isInterrupted();
            drawers.put("poison", 1);
            drawers.keySet().removeIf(drawer -> drawer.startsWith("before"));
            order.values().forEach(List::clear);
            count = -1;
            label = "spoilt";
            return switch (poison) {
                case CHECKED -> throw new IOException("spoilt");
                case UNCHECKED -> throw new UncheckedIOException("spoilt", new IOException("no more ink"));
                case ASSERTION -> throw new AssertionError("must not be");
                case ERROR -> throw new Error("an error");
                case STACK_OVERFLOW -> List.of(depth(0));
                case MESSAGE_THAT_THROWS -> throw new Speechless(new IllegalStateException("no words"));
                case MESSAGE_THAT_IS_AN_ERROR -> throw new Speechless(new AssertionError("no words"));
                case CAUSE_THAT_THROWS -> throw new Causeless("without cause", new IllegalStateException("none"));
                case CAUSE_THAT_IS_AN_ERROR -> throw new Causeless("without cause", new StackOverflowError());
                case TEXT_THAT_THROWS -> throw new Textless("without text");
                case INTERRUPTED -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("was interrupted before: " + interrupted);
                }
                case RESULT_THAT_THROWS ->
                    new Unwritable(() -> {
                        throw new IllegalStateException("not to be looked at");
                    });
                case RESULT_THAT_IS_AN_ERROR ->
                    new Unwritable(() -> {
                        throw new AssertionError("not to be looked at");
                    });
                case RESULT_WITHOUT_END -> new Unwritable(() -> depth(0));
                case ARRAY_THAT_NO_HEAP_COULD_HOLD -> List.of(new byte[Integer.MAX_VALUE].length);
                case TEXT_THAT_NO_HEAP_COULD_HOLD ->
                    List.of("two".repeat(Integer.MAX_VALUE).length());
                case CLASS_THAT_CANNOT_BE_INITIALISED -> List.of(Uninitialisable.value());
            };
        }

        private static int depth(int depth) {
            return depth(depth + 1) + 1;
        }

        @ReplicatedCommand(value = "cabinet.fill", timeout = "2s")
        public int fill(Breakdown breakdown) {
            count++;
            if (brokenOn.contains(nodeId)) {
                switch (breakdown) {
                    case HEAP -> throw new OutOfMemoryError("Java heap space");
                    case HEAP_INSIDE_ANOTHER_EXCEPTION ->
                        throw new IllegalStateException(
                                "cannot be filled", new IOException(new OutOfMemoryError("Java heap space")));
                    case MISSING_CLASS -> throw new NoClassDefFoundError("shop/Price");
                }
            }
            return count;
        }

        @ReplicatedQuery
        public String content() {
            return text();
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public String contentAsKnownHere() {
            return text();
        }

        private String text() {
            return drawers + " " + order + " " + count + " " + label;
        }
    }

    static class Speechless extends RuntimeException {

        private final @Nullable Throwable instead;

        Speechless() {
            this(null);
        }

        Speechless(@Nullable Throwable instead) {
            this.instead = instead;
        }

        @Override
        public @Nullable String getMessage() {
            return sneak(instead);
        }
    }

    static class Causeless extends RuntimeException {

        private final @Nullable Throwable instead;

        Causeless(String message) {
            this(message, null);
        }

        Causeless(String message, @Nullable Throwable instead) {
            super(message);
            this.instead = instead;
        }

        @Override
        public synchronized @Nullable Throwable getCause() {
            return sneak(instead);
        }
    }

    static class Textless extends RuntimeException {

        Textless(String message) {
            super(message);
        }

        @Override
        public String toString() {
            throw new AssertionError("no text");
        }
    }

    @SuppressWarnings("unchecked")
    private static <T, E extends Throwable> @Nullable T sneak(@Nullable Throwable thrown) throws E {
        if (thrown != null) {
            throw (E) thrown;
        }
        return null;
    }

    static class Unwritable extends ArrayList<Integer> {

        private final transient Runnable whenLookedAt;

        Unwritable(Runnable whenLookedAt) {
            this.whenLookedAt = whenLookedAt;
        }

        @Override
        public Iterator<Integer> iterator() {
            whenLookedAt.run();
            return super.iterator();
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Integer get(int index) {
            whenLookedAt.run();
            return 0;
        }
    }

    static class Uninitialisable {

        private static final int VALUE = parse("no number");

        static int value() {
            return VALUE;
        }

        private static int parse(String text) {
            return Integer.parseInt(text);
        }
    }
}
