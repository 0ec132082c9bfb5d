package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Very many calls of beans of a member that has no quorum. */
class DeadlinesTests {

    private static final int THREADS = 64;

    /** By each of them; 10,048 calls in all with the two that wait. */
    private static final int PROMISED = 155;

    private static final Duration DEADLINE = Duration.ofMillis(1_500);

    /** A tenth, and what a machine that is busy with others may keep a thread waiting. */
    private static final Duration LATEST = DEADLINE.plus(DEADLINE.dividedBy(10)).plusSeconds(2);

    @TempDir
    Path directory;

    @Test
    void withoutAQuorumEveryCallEndsByItsDeadlineAndNoThreadIsLeft() throws Exception {
        Set<Thread> ofOthers = libraryThreads();
        try (Members members = new Members(3, directory, App.class)) {
            members.with(
                    "n1",
                    List.of(
                            "raftify.proposal.max-pending=20000",
                            "raftify.proposal.timeout=" + DEADLINE.toMillis() + "ms",
                            "raftify.read.timeout=" + DEADLINE.toMillis() + "ms"));
            members.start();
            Tally alone = members.bean("n1", Tally.class);
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> alone.count(1) > 0);
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> alone.counted() > 0);
            members.stop("n2");
            members.stop("n3");
            int threads = membersThreads();

            AtomicInteger ended = new AtomicInteger();
            List<CompletableFuture<?>> promised = new ArrayList<>();
            ExecutorService callers = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<Duration>> slowest = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    slowest.add(callers.submit(slowestOf(alone, ended, promised)));
                }
                for (Future<Duration> each : slowest) {
                    assertThat(each.get(60, TimeUnit.SECONDS)).isLessThan(LATEST);
                }
                CompletableFuture.allOf(promised.toArray(CompletableFuture<?>[]::new))
                        .get(60, TimeUnit.SECONDS);
            } finally {
                callers.shutdownNow();
            }

            assertThat(ended).hasValue(THREADS * (PROMISED + 2));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(membersThreads()).isLessThanOrEqualTo(threads + 2));
        }
        // Those that keep promises are kept for the next ones for half a minute, and end with the application.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(libraryThreads()).isSubsetOf(ofOthers));
    }

    /** Commands and queries that are promised, and one of each that waits. */
    private static Callable<Duration> slowestOf(Tally alone, AtomicInteger ended, List<CompletableFuture<?>> promised) {
        return () -> {
            Duration slowest = Duration.ZERO;
            for (int i = 0; i < PROMISED; i++) {
                long begin = System.nanoTime();
                CompletableFuture<Integer> promise = i % 2 == 0 ? alone.countLater(1) : alone.countedLater();
                CompletableFuture<?> judged = promise.handle((value, failure) -> {
                    assertFate(failure);
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LATEST);
                    return ended.incrementAndGet();
                });
                synchronized (promised) {
                    promised.add(judged);
                }
            }
            for (Callable<Integer> call : List.<Callable<Integer>>of(() -> alone.count(1), alone::counted)) {
                long begin = System.nanoTime();
                assertFate(catchThrowable(call::call));
                ended.incrementAndGet();
                Duration took = Duration.ofNanos(System.nanoTime() - begin);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
            }
            return slowest;
        };
    }

    private static void assertFate(Throwable failure) {
        Throwable fate = failure instanceof ExecutionException ? failure.getCause() : failure;
        assertThat(fate)
                .isInstanceOfAny(
                        ProposalRejectedException.class, OutcomeUnknownException.class, ReadUnavailableException.class)
                .isNotInstanceOf(OverloadedException.class);
    }

    private static int membersThreads() {
        return (int) libraryThreads().stream()
                .filter(thread -> !thread.getName().startsWith("raftify-promises-"))
                .count();
    }

    private static Set<Thread> libraryThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("raftify-"))
                .collect(Collectors.toSet());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Tally tally() {
            return new Tally();
        }
    }

    static class Tally {

        @ReplicatedState
        private int count;

        @ReplicatedCommand("tally.count")
        public int count(int more) {
            count += more;
            return count;
        }

        @ReplicatedCommand("tally.count-later")
        public CompletableFuture<Integer> countLater(int more) {
            count += more;
            return CompletableFuture.completedFuture(count);
        }

        @ReplicatedQuery
        public int counted() {
            return count;
        }

        @ReplicatedQuery
        public CompletableFuture<Integer> countedLater() {
            return CompletableFuture.completedFuture(count);
        }
    }
}
