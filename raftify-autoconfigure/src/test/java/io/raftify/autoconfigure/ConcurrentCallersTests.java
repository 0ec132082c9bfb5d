package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * 64 threads that call the bean at once, on the leader and on a follower: none gets an error, and every call is there
 * once. Two seconds each by default; {@code -Draftify.load.seconds=30} for figures worth quoting, which are in this
 * test's output.
 */
class ConcurrentCallersTests {

    private static final Logger log = LoggerFactory.getLogger(ConcurrentCallersTests.class);
    private static final int CALLERS = 64;
    private static final Duration DURATION = Duration.ofSeconds(Integer.getInteger("raftify.load.seconds", 2));

    @TempDir
    Path directory;

    private final ConcurrentHashMap<String, AtomicLong> errors = new ConcurrentHashMap<>();

    @Test
    void callersOnTheLeaderAndOnAFollowerGetNoErrorAndEveryCallIsThereOnce() throws Exception {
        String[] patient = {"raftify.election.timeout=5s"};
        try (Members members = new Members(3, directory, Application.class, patient).start()) {
            String leader = members.leader();
            String follower = members.ids().stream()
                    .filter(id -> !id.equals(leader))
                    .findFirst()
                    .orElseThrow();
            Counter onLeader = members.bean(leader, Counter.class);
            Counter onFollower = members.bean(follower, Counter.class);

            long written = load("commands on the leader", onLeader::increment);
            written += load("commands on a follower", onFollower::increment);
            load("linearizable queries on the leader", onLeader::value);
            load("linearizable queries on a follower", onFollower::value);

            assertThat(errors).isEmpty();
            for (String id : members.ids()) {
                assertThat(members.bean(id, Counter.class).value()).as(id).isEqualTo(written);
            }
        }
    }

    /** @return how many calls were made */
    private long load(String what, Runnable call) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            long end = System.nanoTime() + DURATION.toNanos();
            List<Future<long[]>> latencies = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                latencies.add(callers.submit(() -> callUntil(end, call)));
            }
            List<long[]> all = new ArrayList<>();
            for (Future<long[]> each : latencies) {
                all.add(each.get(DURATION.toSeconds() + 60, TimeUnit.SECONDS));
            }
            long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            log.warn(
                    "{}: {} calls of {} callers in {} s, {}/s, p50 {} µs, p99 {} µs, max {} µs",
                    what,
                    sorted.length,
                    CALLERS,
                    DURATION.toSeconds(),
                    sorted.length / DURATION.toSeconds(),
                    sorted[sorted.length / 2] / 1_000,
                    sorted[(int) (sorted.length * 0.99)] / 1_000,
                    sorted[sorted.length - 1] / 1_000);
            return sorted.length;
        } finally {
            callers.shutdownNow();
        }
    }

    private long[] callUntil(long end, Runnable call) {
        List<Long> latencies = new ArrayList<>();
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            try {
                call.run();
                latencies.add(System.nanoTime() - start);
            } catch (RuntimeException unexpected) {
                errors.computeIfAbsent(unexpected.toString(), text -> new AtomicLong())
                        .incrementAndGet();
            }
        }
        return latencies.stream().mapToLong(Long::longValue).toArray();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Counter.class)
    static class Application {}

    static class Counter {

        @ReplicatedState
        private long value;

        @ReplicatedCommand("counter.increment")
        public long increment() {
            return ++value;
        }

        @ReplicatedQuery
        public long value() {
            return value;
        }
    }
}
