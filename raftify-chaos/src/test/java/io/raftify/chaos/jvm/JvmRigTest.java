package io.raftify.chaos.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rig (a). The ordinary build plays a few rounds; {@code -Dchaos.rounds} and {@code -Dchaos.seed} say which and how many. */
class JvmRigTest {

    private static final Duration LENGTH = Duration.ofSeconds(4);

    @Test
    void every_round_is_linearizable_and_nothing_acknowledged_is_lost(@TempDir Path directory) throws Exception {
        Rounds.fromSystemProperties().play("jvm", seed -> play(seed, directory.resolve("round-" + seed)));
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
