package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine keeps whoever asks it for the leader waiting while it stores term and vote. */
@Timeout(120)
class SlowVoteTest {

    private static final Duration DEADLINE = Duration.ofMillis(500);
    /** Between the deadline, with a generous pause of the machine, and what storing a term takes here. */
    private static final long TOO_LATE_MILLIS = 2_500;

    @TempDir
    Path directory;

    @Test
    void calls_return_at_once_and_end_by_their_deadline_while_term_and_vote_wait_for_the_disk() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            cluster.withStores(UnreliableStore::new).startAll();
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            TestCluster.Member old = cluster.leader();
            List<TestCluster.Member> electing =
                    cluster.running().stream().filter(member -> member != old).toList();
            electing.forEach(member -> ((UnreliableStore) member.store()).slowMeta(Duration.ofSeconds(4)));
            cluster.cut(old.name);
            List<CompletableFuture<?>> ends = new ArrayList<>();
            AtomicLong latest = new AtomicLong();
            AtomicLong longestCall = new AtomicLong();

            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (System.nanoTime() - end < 0) {
                long begin = System.nanoTime();
                for (TestCluster.Member member : electing) {
                    ends.add(timed(member.node.propose("x".getBytes(UTF_8), DEADLINE), latest));
                    ends.add(timed(member.node.readIndex(DEADLINE), latest));
                }
                longestCall.accumulateAndGet(millisSince(begin), Math::max);
                TimeUnit.MILLISECONDS.sleep(20);
            }
            for (CompletableFuture<?> each : ends) {
                each.handle((result, failure) -> null).get(30, TimeUnit.SECONDS);
            }

            assertThat(longestCall).as("ms in a call").hasValueLessThan(TOO_LATE_MILLIS);
            assertThat(latest).as("ms until the last end").hasValueLessThan(TOO_LATE_MILLIS);
            electing.forEach(member -> ((UnreliableStore) member.store()).heal());
            cluster.heal();
            cluster.leader().write("last");
            cluster.awaitAgreement("first", "last");
        }
    }

    private static CompletableFuture<?> timed(CompletableFuture<?> call, AtomicLong latest) {
        long begin = System.nanoTime();
        return call.whenComplete((result, failure) -> latest.accumulateAndGet(millisSince(begin), Math::max));
    }

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
