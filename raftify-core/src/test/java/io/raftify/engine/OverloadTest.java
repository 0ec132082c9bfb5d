package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.OverloadedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Far more commands at once than a member takes. {@code -Draftify.test.commands=1000000} makes them more. */
class OverloadTest {

    private static final int COMMANDS = Integer.getInteger("raftify.test.commands", 200_000);

    @TempDir
    Path directory;

    @Test
    void of_very_many_commands_at_once_the_accepted_are_applied_once_and_the_others_are_refused_at_once() {
        try (TestCluster cluster = TestCluster.of(
                        3, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))
                .startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.write("begin");
            Set<String> applied = ConcurrentHashMap.newKeySet();
            Set<Throwable> unexpected = ConcurrentHashMap.newKeySet();
            AtomicInteger refused = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            long[] nanos = new long[COMMANDS];
            int refusals = 0;
            for (int i = 0; i < COMMANDS; i++) {
                String line = Integer.toString(i);
                long begin = System.nanoTime();
                var call = leader.node.propose(line.getBytes(UTF_8), TestCluster.DEADLINE);
                if (call.isCompletedExceptionally()) {
                    nanos[refusals++] = System.nanoTime() - begin;
                }
                call.whenComplete((position, failure) -> {
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause == null) {
                        applied.add(line);
                    } else if (cause instanceof OverloadedException) {
                        refused.incrementAndGet();
                    } else {
                        unexpected.add(cause);
                    }
                    ended.incrementAndGet();
                });
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> ended.get() == COMMANDS);

            assertThat(unexpected).isEmpty();
            assertThat(applied).as("accepted").isNotEmpty();
            assertThat(refused).as("refused").hasPositiveValue();
            assertThat(applied.size() + refused.get()).isEqualTo(COMMANDS);
            cluster.awaitAgreement("begin");
            List<String> lines = leader.ledger.lines();
            assertThat(lines.size()).isEqualTo(applied.size() + 1);
            assertThat(new HashSet<>(lines).containsAll(applied))
                    .as("all accepted")
                    .isTrue();
            Arrays.sort(nanos, 0, refusals);
            System.out.printf(
                    "%d accepted, %d refused; a refusal takes %d ns (median), %d ns (99 %%), %d ns (most)%n",
                    applied.size(),
                    refused.get(),
                    nanos[refusals / 2],
                    nanos[refusals / 100 * 99],
                    nanos[refusals - 1]);
        }
    }
}
