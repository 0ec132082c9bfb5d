package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A counter that is not idempotent, on a cluster that loses answers and changes leaders. For the full count:
 * {@code -Draftify.test.retries=10000 -Draftify.test.leader-changes=50}.
 */
class RetriesThroughLeaderChangesTests {

    private static final int RETRIES = Integer.getInteger("raftify.test.retries", 1_000);
    private static final int LEADER_CHANGES = Integer.getInteger("raftify.test.leader-changes", 5);
    private static final int CALLERS = 12;
    private static final AtomicInteger LOST = new AtomicInteger();

    @TempDir
    Path directory;

    @Test
    void aCounterIsRightHoweverManyAnswersAreLostAndLeadersChange() throws Exception {
        LOST.set(0);
        Set<Integer> values = ConcurrentHashMap.newKeySet();
        AtomicInteger counted = new AtomicInteger();
        AtomicInteger resolved = new AtomicInteger();
        AtomicInteger changes = new AtomicInteger();
        try (Members members = new Members(3, directory, App.class).start()) {
            members.leader();
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            List<CompletableFuture<?>> running = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                Counter counter = members.bean("n" + (1 + caller % 3), Counter.class);
                running.add(CompletableFuture.runAsync(
                        () -> {
                            while (LOST.get() < RETRIES || changes.get() < LEADER_CHANGES) {
                                Integer value = increment(counter, resolved);
                                if (value != null) {
                                    counted.incrementAndGet();
                                    assertThat(values.add(value))
                                            .as("value %s is new", value)
                                            .isTrue();
                                }
                            }
                        },
                        callers));
            }
            while (changes.get() < LEADER_CHANGES && running.stream().noneMatch(CompletableFuture::isDone)) {
                String leader = members.leader();
                if (members.bean(leader, RaftNode.class).handOverLeadership(Duration.ofSeconds(10))) {
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> !members.leader().isEmpty());
                    changes.incrementAndGet();
                }
            }
            for (CompletableFuture<?> each : running) {
                each.get();
            }
            callers.shutdown();

            for (String id : members.ids()) {
                assertThat(members.bean(id, Counter.class).value()).isEqualTo(counted.get());
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                for (String id : members.ids()) {
                    assertThat(members.bean(id, Counter.class).localValue()).isEqualTo(counted.get());
                }
            });
        }
        System.out.println("counted " + counted + " through " + LOST + " lost answers and " + changes
                + " leader changes; resolved " + resolved);
        assertThat(values).hasSize(counted.get());
        assertThat(LOST.get()).isGreaterThanOrEqualTo(RETRIES);
        assertThat(changes.get()).isGreaterThanOrEqualTo(LEADER_CHANGES);
    }

    /** @return null if it was surely not applied */
    private static @Nullable Integer increment(Counter counter, AtomicInteger resolved) {
        try {
            return counter.increment();
        } catch (ProposalRejectedException notApplied) {
            return null;
        } catch (OutcomeUnknownException unknown) {
            resolved.incrementAndGet();
            return resolve(unknown);
        }
    }

    private static @Nullable Integer resolve(OutcomeUnknownException unknown) {
        while (true) {
            try {
                return (Integer) unknown.resolve();
            } catch (ProposalRejectedException notApplied) {
                return null;
            } catch (OutcomeUnknownException notNow) {
                assertThat(notNow).hasMessageContaining("ask again later");
            } catch (Exception unexpected) {
                throw new AssertionError(unexpected);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Counter.class)
    static class App {

        /** Every other answer gets lost on its way from the member to its caller. */
        @Bean
        static BeanPostProcessor losesAnswers() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof RaftNode node ? lossy(node) : bean;
                }
            };
        }

        private static Object lossy(RaftNode node) {
            return Proxy.newProxyInstance(
                    RaftNode.class.getClassLoader(), new Class<?>[] {RaftNode.class}, (proxy, method, arguments) -> {
                        try {
                            Object answer = method.invoke(node, arguments);
                            return method.getName().equals("propose")
                                            && ThreadLocalRandom.current().nextBoolean()
                                    ? ((CompletableFuture<?>) answer).thenApply(App::lost)
                                    : answer;
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                    });
        }

        private static Object lost(Object answer) {
            LOST.incrementAndGet();
            throw new OutcomeUnknownException("The answer was lost.");
        }
    }

    static class Counter {

        @ReplicatedState
        private int value;

        @ReplicatedCommand("counter.increment")
        public int increment() {
            return ++value;
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int localValue() {
            return value;
        }
    }
}
