package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Applications are restarted one after the other while all of them are called, as a rolling update does: whoever is about to
 * stop gets no more calls, and finishes those that it has. {@code -Draftify.test.rolling-rounds=3} plays more rounds.
 */
class RollingRestartTests {

    private static final int ROUNDS = Integer.getInteger("raftify.test.rolling-rounds", 1);
    private static final int CALLERS_OF_EACH = 2;

    @TempDir
    Path directory;

    private final Map<String, AtomicBoolean> inService = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void noCallFailsAndEachIsAppliedOnceWhileAllMembersAreRestartedOneByOne() throws Exception {
        try (Members members = new Members(3, directory, App.class).start()) {
            List<String> ids = members.ids();
            members.bean(ids.get(0), Turnstile.class).pass();
            ids.forEach(id -> {
                inService.put(id, new AtomicBoolean(true));
                underWay.put(id, new AtomicInteger());
            });
            ExecutorService threads = Executors.newCachedThreadPool();
            List<Future<?>> callers = new ArrayList<>();
            for (String id : ids) {
                for (int i = 0; i < CALLERS_OF_EACH; i++) {
                    callers.add(threads.submit(() -> call(members, id)));
                }
            }
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    for (String id : ids) {
                        restart(members, id);
                    }
                }
            } finally {
                over.set(true);
                for (Future<?> each : callers) {
                    each.get(60, TimeUnit.SECONDS);
                }
                threads.shutdown();
            }

            assertThat(failures).isEmpty();
            assertThat(answered).hasPositiveValue();
            for (String id : ids) {
                assertThat(members.bean(id, Turnstile.class).passed())
                        .as("at %s", id)
                        .isEqualTo(answered.get() + 1);
            }
            System.out.println(answered + " calls through " + ROUNDS + " rounds, none failed");
        }
    }

    private void call(Members members, String id) {
        while (!over.get()) {
            if (!inService.get(id).get()) {
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                continue;
            }
            underWay.get(id).incrementAndGet();
            try {
                if (inService.get(id).get()) {
                    members.bean(id, Turnstile.class).pass();
                    answered.incrementAndGet();
                }
            } catch (RuntimeException failed) {
                failures.add(id + ": " + failed);
            } finally {
                underWay.get(id).decrementAndGet();
            }
        }
    }

    private void restart(Members members, String id) {
        int before = answered.get();
        inService.get(id).set(false);
        // As a web server that shuts down gracefully lets the calls end that it has.
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> underWay.get(id).get() == 0);
        members.stop(id);
        members.start(id);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        members.bean(id, RaftHealthIndicator.class).health().getStatus() == Status.UP);
        assertThat(answered.get()).as("the others were called meanwhile").isGreaterThan(before);
        inService.get(id).set(true);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Turnstile turnstile() {
            return new Turnstile();
        }
    }

    static class Turnstile {

        @ReplicatedState
        private int passed;

        @ReplicatedCommand("turnstile.pass")
        public int pass() {
            return ++passed;
        }

        @ReplicatedQuery
        public int passed() {
            return passed;
        }
    }
}
