package io.raftify.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.ObjectKind;
import io.raftify.chaos.history.Verb;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member that stands still has not taken yet lies on its leader's disk, and not in its heap. */
class LeaderHeapTest {

    private static final int MEGABYTES = Integer.getInteger("chaos.heap.megabytes", 300);
    private static final int COMMAND_BYTES = 20_000;
    private static final int IN_FLIGHT = 200;
    private static final long HEAP_OF_A_MEMBER = 256L << 20;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void a_leader_takes_more_than_its_heap_holds_while_a_member_stands_still() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(new Loopback(3, directory), new Leaders())) {
            cluster.reset(1);
            cluster.recover();
            String leader = cluster.leaderOrAny();
            String still = cluster.members().stream()
                    .filter(member -> !member.equals(leader))
                    .findFirst()
                    .orElseThrow();
            long before = cluster.gauges(leader).heapAfterCollection();

            cluster.process(still).pause();
            int commands = (MEGABYTES << 20) / COMMAND_BYTES;
            assertThat((long) commands * COMMAND_BYTES).isGreaterThan(HEAP_OF_A_MEMBER);
            ConcurrentLinkedQueue<Reply> notReturned = write(cluster, leader, commands);
            long after = cluster.gauges(leader).heapAfterCollection();
            cluster.process(still).resume();

            System.out.printf(
                    "%d commands of %d bytes; heap of the leader %d KiB before, %d KiB after%n",
                    commands, COMMAND_BYTES, before >> 10, after >> 10);
            assertThat(notReturned).isEmpty();
            assertThat(after).isLessThan(HEAP_OF_A_MEMBER / 2);
            cluster.recover();
            assertThat(cluster.applied(still).twice()).isEmpty();
            assertThat(cluster.applied(still).ids()).contains(1_000L + commands);
        }
    }

    private static ConcurrentLinkedQueue<Reply> write(ProcessCluster cluster, String leader, int commands)
            throws InterruptedException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        ConcurrentLinkedQueue<Reply> notReturned = new ConcurrentLinkedQueue<>();
        String padding = "x".repeat(COMMAND_BYTES);
        for (int i = 1; i <= commands; i++) {
            assertThat(room.tryAcquire(60, TimeUnit.SECONDS))
                    .as("room for command %d", i)
                    .isTrue();
            Action write = new Action(ObjectKind.REGISTER, "r" + i % 8, Verb.WRITE, Action.NONE, i + padding);
            CompletableFuture<Reply> call = cluster.call(leader, 1_000L + i, write, DEADLINE);
            var unused = call.handle((reply, failure) -> {
                room.release();
                if (failure != null || reply.fate() != Fate.RETURNED) {
                    notReturned.add(reply != null ? reply : Reply.unknown(String.valueOf(failure)));
                }
                return null;
            });
        }
        assertThat(room.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS))
                .as("all answered")
                .isTrue();
        return notReturned;
    }
}
