package io.raftify.chaos.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rig (a). The ordinary build plays a few rounds; {@code -Dchaos.rounds} and {@code -Dchaos.seed} say which and how many. */
class JvmRigTest {

    private static final long FIRST_SEED = Long.getLong("chaos.seed", 1);
    private static final int ROUNDS = Integer.getInteger("chaos.rounds", 4);

    @Test
    void every_round_is_linearizable_and_nothing_acknowledged_is_lost(@TempDir Path directory) throws Exception {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
            Round.Outcome outcome = play(seed, directory.resolve("round-" + seed));
            System.out.println(outcome);
            if (!outcome.offences().isEmpty()) {
                outcome.history()
                        .write(Path.of(System.getProperty("chaos.work", "target"), "history-" + seed + ".jsonl"));
            }
            assertThat(outcome.offences()).as(outcome.toString()).isEmpty();
        }
    }

    private static Round.Outcome play(long seed, Path directory) {
        Leaders leaders = new Leaders();
        try (JvmCluster cluster = new JvmCluster(seed % 4 == 0 ? 5 : 3, directory, seed, leaders)) {
            Round.Plan plan = new Round.Plan(
                    new JvmFaults(cluster).all(),
                    8,
                    1000,
                    Duration.ofMillis(1000),
                    Duration.ofMillis(50),
                    Duration.ofMillis(900));
            return new Round(seed, plan, Duration.ofSeconds(4)).play(cluster, leaders);
        }
    }
}
