package io.raftify.chaos.process;

import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rig (b): processes on loopback, killed and paused. */
class ProcessRigTest {

    @Test
    void killed_and_paused_members_lose_nothing_and_lie_to_nobody() throws Exception {
        Path work = Files.createTempDirectory("chaos");
        Leaders leaders = new Leaders();
        try (ProcessCluster cluster = new ProcessCluster(new Loopback(3, work), leaders)) {
            Round.Plan plan = new Round.Plan(
                    new ProcessFaults(cluster).all(),
                    8,
                    600,
                    Duration.ofMillis(2000),
                    Duration.ofMillis(200),
                    Duration.ofMillis(3000));
            Rounds.of("loopback").play(seed -> new Round(seed, plan, Duration.ofSeconds(10)).play(cluster, leaders));
        }
    }
}
