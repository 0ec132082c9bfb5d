package io.raftify.chaos.process;

import static org.junit.jupiter.api.Assumptions.abort;

import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rig (b) with disks whose plug is pulled, and which are filled. */
class DiskRigTest {

    @BeforeEach
    void disksCanBeMade() {
        String missing = LoopDisks.missing();
        if (missing != null) {
            System.err.println("RIG (b), DISKS, WAS NOT RUN: " + missing);
            abort("rig (b), disks, was not run: " + missing);
        }
    }

    @Test
    void power_cuts_and_full_disks_lose_nothing_that_was_acknowledged() throws Exception {
        Leaders leaders = new Leaders();
        LoopDisks disks = new LoopDisks(3, Files.createTempDirectory("chaos"), 256);
        try (ProcessCluster cluster = new ProcessCluster(disks, leaders)) {
            Round.Plan plan = new Round.Plan(
                    new DiskFaults(cluster, disks).all(),
                    8,
                    600,
                    Duration.ofMillis(2000),
                    Duration.ofMillis(200),
                    Duration.ofMillis(3000));
            Rounds.fromSystemProperties()
                    .play("disks", seed -> new Round(seed, plan, Duration.ofSeconds(10)).play(cluster, leaders));
        }
    }
}
