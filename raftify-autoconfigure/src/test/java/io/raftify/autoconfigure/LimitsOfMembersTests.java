package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalTooLargeException;
import io.raftify.replication.upgrade.UpgradeWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is in flight and how large a command may be, through a bean of three real members. */
class LimitsOfMembersTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST = 8;
    private static final int MOST_BYTES = 64 << 10;
    private static final int LARGEST = 16 << 10;

    @TempDir
    static Path directory;

    private static Members members;

    @BeforeAll
    static void start() {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.list = new CopyOnWriteArrayList<>();
        said.start();
        Logger watch = (Logger) LoggerFactory.getLogger(UpgradeWatch.class);
        watch.addAppender(said);
        members = new Members(
                        3,
                        directory,
                        App.class,
                        "raftify.proposal.max-pending=" + MOST,
                        "raftify.proposal.max-pending-bytes=" + MOST_BYTES + "B",
                        "raftify.proposal.max-size=" + LARGEST + "B")
                .start();
        // The one entry that is nobody's command; what these tests count are entries.
        await().atMost(PATIENCE)
                .until(() ->
                        said.list.stream().anyMatch(each -> each.getMessage().startsWith("The cluster noted down")));
        watch.detachAppender(said);
    }

    @AfterEach
    void open() {
        Gate.closed = false;
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneMoreCallThanMayBeInFlightIsRefusedAtOnceAndLeavesNothingInTheLog(boolean atLeader) throws Exception {
        assertLimit(atLeader, "", MOST);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moreBytesThanMayBeInFlightAreRefusedAtOnceAndLeaveNothingInTheLog(boolean atLeader) throws Exception {
        int size = LARGEST - 1_000;
        assertLimit(atLeader, "x".repeat(size), MOST_BYTES / size);
    }

    private static void assertLimit(boolean atLeader, String text, int fit) throws Exception {
        String id = atLeader ? members.leader() : members.follower();
        Gate gate = members.bean(id, Gate.class);
        gate.pass("").get(30, TimeUnit.SECONDS);
        int before = gate.passed();
        Gate.closed = true;
        List<CompletableFuture<Integer>> accepted = new ArrayList<>();
        for (int i = 0; i < fit; i++) {
            accepted.add(gate.pass(text));
        }
        // On its way to the log, and not out of it, since the first one does not end.
        long full = settledIndex();

        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            Throwable refused = catchThrowable(() -> gate.pass(text).get(30, TimeUnit.SECONDS));
            assertThat(refused).hasCauseInstanceOf(OverloadedException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("it does not wait for its deadline, which is %s", PATIENCE)
                    .isLessThan(Duration.ofSeconds(1));
        }
        assertThat(accepted).noneMatch(CompletableFuture::isDone);
        assertThat(settledIndex()).isEqualTo(full);

        Gate.closed = false;
        for (CompletableFuture<Integer> each : accepted) {
            each.get(30, TimeUnit.SECONDS);
        }
        assertThat(gate.pass(text).get(30, TimeUnit.SECONDS)).isEqualTo(before + fit + 1);
        assertThat(gate.passed()).isEqualTo(before + fit + 1);
    }

    /** Of the log of all members, when none of them grows any more. */
    private static long settledIndex() {
        long[] last = {-1};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(300)).until(() -> {
            List<Long> ends = members.ids().stream()
                    .map(id -> members.status(id).lastIndex())
                    .distinct()
                    .toList();
            boolean settled = ends.size() == 1 && ends.get(0) == last[0];
            last[0] = ends.get(0);
            return settled;
        });
        return last[0];
    }

    @Test
    void aCommandThatIsTooLargeIsRefusedWithoutAnEntryAndTheLargestOneIsTaken() throws Exception {
        for (String id : List.of(members.leader(), members.follower())) {
            Gate gate = members.bean(id, Gate.class);
            gate.pass("").get(30, TimeUnit.SECONDS);
            int before = gate.passed();
            long end = settledIndex();

            assertThatExceptionOfType(ProposalTooLargeException.class)
                    .isThrownBy(() -> gate.passAtOnce("x".repeat(LARGEST)))
                    .withMessageContaining("at most " + LARGEST);
            assertThat(settledIndex()).isEqualTo(end);
            assertThat(gate.passed()).isEqualTo(before);

            // Exactly the largest: what comes with a text is not the test's business, so it is found from above.
            int largest = LARGEST;
            int rejected = 0;
            while (passes(gate, largest) != null) {
                largest--;
                rejected++;
            }
            assertThat(rejected).as("what goes with the text").isBetween(10, 400);
            assertThat(settledIndex()).isEqualTo(end + 1);
            assertThat(gate.passed()).isEqualTo(before + 1);
        }
    }

    private static @Nullable Throwable passes(Gate gate, int size) {
        Throwable refused = catchThrowable(() -> gate.passAtOnce("x".repeat(size)));
        assertThat(refused)
                .satisfiesAnyOf(
                        none -> assertThat(none).isNull(),
                        some -> assertThat(some).isInstanceOf(ProposalTooLargeException.class));
        return refused;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Gate gate() {
            return new Gate();
        }
    }

    static class Gate {

        /** While it is, nothing is applied. */
        static volatile boolean closed;

        @ReplicatedState
        private int passed;

        @ReplicatedCommand("gate.pass")
        public CompletableFuture<Integer> pass(String with) {
            while (closed) {
                LockSupport.parkNanos(1_000_000);
            }
            return CompletableFuture.completedFuture(++passed);
        }

        @ReplicatedCommand("gate.pass-at-once")
        public int passAtOnce(String with) {
            return ++passed;
        }

        @ReplicatedQuery
        public int passed() {
            return passed;
        }
    }
}
