package io.raftify.chaos.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rig (a). The ordinary build plays a few rounds; {@code -Dchaos.rounds} and {@code -Dchaos.seed} say which and how many. */
class JvmRigTest {

    private static final Duration LENGTH = Duration.ofSeconds(4);

    @Test
    void every_round_is_linearizable_and_nothing_acknowledged_is_lost(@TempDir Path directory) throws Exception {
        List<Footprint> footprints = new ArrayList<>();
        Rounds.of("jvm").play(seed -> {
            Round.Outcome outcome = play(seed, directory.resolve("round-" + seed));
            footprints.add(Footprint.now());
            return outcome;
        });
        // The first rounds start what stays: the engine's static threads, pools at their size.
        Footprint warm = footprints.get(Math.min(1, footprints.size() - 1));
        System.out.println("after two rounds " + warm + ", after all " + footprints.get(footprints.size() - 1));
        // Threads of members that were closed just now may still be ending.
        Await.until("a footprint not much larger than " + warm, Duration.ofSeconds(30), () -> {
            Footprint now = Footprint.now();
            return now.threads() < warm.threads() + 20
                            && now.files() < warm.files() + 20
                            && now.heap() < warm.heap() + (64 << 20)
                    ? null
                    : "it is " + now;
        });
    }

    /** What must not grow from round to round. */
    private record Footprint(int threads, int files, long heap) {

        static Footprint now() {
            System.gc();
            String[] files = new File("/proc/self/fd").list();
            return new Footprint(
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    files == null ? 0 : files.length,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
    }

    @Test
    void a_network_that_doubles_forwarded_commands_is_noticed(@TempDir Path directory) {
        Leaders leaders = new Leaders();
        try (JvmCluster cluster = new JvmCluster(3, directory, 1, leaders)) {
            Fault everything = new JvmFaults(cluster).duplicates("doubles a third of all calls", kind -> true);
            Round.Outcome outcome = new Round(1, plan(List.of(everything)), LENGTH).play(cluster, leaders);
            assertThat(outcome.offences())
                    .anyMatch(offence -> offence.contains("applied twice"))
                    .anyMatch(offence -> offence.contains("No order of these calls"));
        }
    }

    @Test
    void reads_that_do_not_ask_the_quorum_are_noticed(@TempDir Path directory) {
        Leaders leaders = new Leaders();
        try (JvmCluster cluster = new JvmCluster(3, directory, 1, leaders).withLocalReads()) {
            Fault cutOff = new JvmFaults(cluster).leaderCutOff();
            Round.Outcome outcome = new Round(1, plan(List.of(cutOff)), LENGTH).play(cluster, leaders);
            assertThat(outcome.offences()).anyMatch(offence -> offence.contains("No order of these calls"));
        }
    }

    private static Round.Outcome play(long seed, Path directory) {
        Leaders leaders = new Leaders();
        try (JvmCluster cluster = new JvmCluster(seed % 4 == 0 ? 5 : 3, directory, seed, leaders)) {
            return new Round(seed, plan(new JvmFaults(cluster).all()), LENGTH).play(cluster, leaders);
        }
    }

    private static Round.Plan plan(List<Fault> faults) {
        return new Round.Plan(faults, 8, 1000, Duration.ofMillis(1000), Duration.ofMillis(50), Duration.ofMillis(900));
    }
}
