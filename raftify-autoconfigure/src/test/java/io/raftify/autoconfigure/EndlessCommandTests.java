package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.FileSystemUtils;

/** A command that never ends, on three real members that do not give it up: what waits for it, for how long, and the way out. */
@ExtendWith(OutputCaptureExtension.class)
class EndlessCommandTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private static final String[] IMPATIENT = {
        "raftify.proposal.timeout=1s", "raftify.read.timeout=1s", "raftify.proposal.give-up-after=0s"
    };

    @TempDir
    Path directory;

    @Test
    void callersEndAtTheirDeadlinesItIsReportedContextsCloseAndABuildInWhichItEndsGoesOn(CapturedOutput output)
            throws IOException {
        int turns;
        Path stopped = directory.resolve("stopped");
        try (Members members = new Members(3, directory.resolve("running"), App.class, IMPATIENT).start()) {
            Mill onFollower = members.bean(members.follower(), Mill.class);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> onFollower.turn() >= 1);
            turns = onFollower.turns();

            assertThat(endedBy(onFollower::turnForEver)).isInstanceOf(OutcomeUnknownException.class);
            turns++;
            List<CompletableFuture<Integer>> waited = members.ids().stream()
                    .map(id -> CompletableFuture.supplyAsync(() -> waitsBehind(members, id)))
                    .toList();
            turns += waited.stream().mapToInt(CompletableFuture::join).sum();
            assertThat(output).contains("The command 'mill.turn-for-ever'", "Mill.grind(EndlessCommandTests");

            long begin = System.nanoTime();
            members.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("members stop although a command runs on")
                    .isLessThan(Duration.ofSeconds(40));
            // A process that ends takes the thread with it, and the lock of its directory; here a copy stands for that.
            FileSystemUtils.copyRecursively(directory.resolve("running"), stopped);
        } finally {
            Mill.stuck = false;
        }

        try (Members members = new Members(3, stopped, Mended.class).start()) {
            for (String id : members.ids()) {
                // Once each: the one that did not end, and those that waited behind it.
                assertThat(members.bean(id, Mill.class).turns()).isEqualTo(turns);
            }
            assertThat(members.bean("n1", Mill.class).turn()).isEqualTo(turns + 1);
            assertThat(health(members, "n1").getDetails()).doesNotContainKey("applying");
        }
    }

    /**
     * What comes after it waits behind it, and for no longer than it said.
     *
     * @return how many commands may be applied after it
     */
    private static int waitsBehind(Members members, String id) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(health(members, id).getDetails().get("applying"))
                        .asString()
                        .contains("mill.turn-for-ever"));
        Mill mill = members.bean(id, Mill.class);
        Throwable ended = endedBy(mill::turn);
        assertThat(ended).isInstanceOfAny(OutcomeUnknownException.class, ProposalRejectedException.class);
        assertThat(endedBy(mill::turns)).isInstanceOf(ReadUnavailableException.class);
        assertThat(endedBy(mill::turnsAsKnownHere)).isInstanceOf(ReadUnavailableException.class);
        assertThat(members.status(id).failure()).isNull();
        return ended instanceof OutcomeUnknownException ? 1 : 0;
    }

    private static Health health(Members members, String id) {
        return members.bean(id, RaftHealthIndicator.class).health();
    }

    /** In time. */
    private static Throwable endedBy(ThrowingCallable call) {
        long begin = System.nanoTime();
        Throwable ended = catchThrowable(call);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(DEADLINE.plusSeconds(3));
        return ended;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Mill mill() {
            return new Mill();
        }
    }

    /** The next build. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Mended {

        @Bean
        Mill mill() {
            return new MendedMill();
        }
    }

    static class MendedMill extends Mill {

        @Override
        protected void grind() {}
    }

    static class Mill {

        /** Lets the threads of this build go at the end of the test. */
        static volatile boolean stuck = true;

        @ReplicatedState
        private int turns;

        @ReplicatedState
        private final List<Integer> log = new ArrayList<>();

        @ReplicatedCommand("mill.turn")
        public int turn() {
            log.add(turns);
            return ++turns;
        }

        @ReplicatedCommand("mill.turn-for-ever")
        public int turnForEver() {
            log.add(turns);
            grind();
            return ++turns;
        }

        protected void grind() {
            while (stuck) {
                // As endless as any, but three of them must not take the machine from the members.
                LockSupport.parkNanos(1_000_000);
            }
        }

        @ReplicatedQuery
        public int turns() {
            return turns;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int turnsAsKnownHere() {
            return turns;
        }
    }
}
