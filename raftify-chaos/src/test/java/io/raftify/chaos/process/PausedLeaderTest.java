package io.raftify.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.ObjectKind;
import io.raftify.chaos.history.Verb;
import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Reply;
import io.raftify.chaos.round.Subject.Sight;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose process stood still while others were elected and wrote does not know of it when it goes on. */
class PausedLeaderTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REGISTER = "r";

    @TempDir
    Path directory;

    private long calls;

    @Test
    void the_first_reads_of_a_leader_that_was_paused_see_what_its_successor_wrote_or_fail() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(new Loopback(3, directory), new Leaders())) {
            cluster.reset(++calls);
            int answered = 0;
            for (int turn = 1; turn <= 2; turn++) {
                String paused = leader(cluster, "");
                String old = Integer.toString(2 * turn - 1);
                String written = Integer.toString(2 * turn);
                write(cluster, paused, old);
                // Without a fault both kinds of read see the last write.
                assertThat(read(cluster, paused, Verb.READ).get().result()).isEqualTo(old);
                assertThat(read(cluster, paused, Verb.LEASE_READ).get().result())
                        .isEqualTo(old);

                cluster.process(paused).pause();
                // They wait at its socket, and are what it sees first.
                List<CompletableFuture<Reply>> reads = new ArrayList<>(reads(cluster, paused));
                write(cluster, leader(cluster, paused), written);
                // One that was answered, or begun, before the write might rightly have seen the old value.
                assertThat(reads).as("reads while it stands still").noneMatch(CompletableFuture::isDone);
                cluster.process(paused).resume();
                reads.addAll(reads(cluster, paused));

                for (int i = 0; i < reads.size(); i++) {
                    Reply reply = reads.get(i).get();
                    if (reply.fate() == Fate.RETURNED) {
                        answered++;
                        assertThat(reply.result())
                                .as("read %d of %d in turn %d", i + 1, reads.size(), turn)
                                .isEqualTo(written);
                    } else {
                        assertThat(reply.fate()).isEqualTo(Fate.NOT_APPLIED);
                    }
                }
                Await.until("a read at " + paused, PATIENCE, () -> {
                    Reply reply = read(cluster, paused, Verb.READ).join();
                    return written.equals(reply.result()) ? null : reply.toString();
                });
            }
            assertThat(answered).as("reads that were answered").isPositive();
        }
    }

    private List<CompletableFuture<Reply>> reads(ProcessCluster cluster, String member) {
        List<CompletableFuture<Reply>> reads = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            reads.add(read(cluster, member, Verb.LEASE_READ));
            reads.add(read(cluster, member, Verb.READ));
        }
        return reads;
    }

    private CompletableFuture<Reply> read(ProcessCluster cluster, String member, Verb verb) {
        Action read = verb == Verb.READ
                ? Action.read(ObjectKind.REGISTER, REGISTER)
                : Action.leaseRead(ObjectKind.REGISTER, REGISTER);
        return cluster.call(member, ++calls, read, DEADLINE);
    }

    private void write(ProcessCluster cluster, String member, String value) {
        Action write = new Action(ObjectKind.REGISTER, REGISTER, Verb.WRITE, Action.NONE, value);
        assertThat(cluster.call(member, ++calls, write, DEADLINE).join().fate()).isEqualTo(Fate.RETURNED);
    }

    /** Who leads of those that are not paused. */
    private static String leader(ProcessCluster cluster, String paused) {
        List<String> found = new ArrayList<>();
        Await.until("a leader", PATIENCE, () -> {
            for (String member : cluster.members()) {
                Sight sight = member.equals(paused) ? null : cluster.look(member);
                if (sight != null && sight.leading() && sight.caughtUp()) {
                    found.add(member);
                    return null;
                }
            }
            return "nobody leads";
        });
        return found.get(0);
    }
}
