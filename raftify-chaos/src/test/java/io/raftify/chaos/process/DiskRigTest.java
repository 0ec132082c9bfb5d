package io.raftify.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Rig (b) with disks whose plug is pulled, and which are filled. */
class DiskRigTest {

    @BeforeEach
    void disksCanBeMade() {
        ProcessRounds.need("rig (b), disks,", LoopDisks.missing());
    }

    @Test
    void power_cuts_and_full_disks_lose_nothing_that_was_acknowledged() throws Exception {
        LoopDisks disks = new LoopDisks(3, Files.createTempDirectory("chaos"), 256);
        // Each kind has its turn before any comes again; one round has most of them.
        ProcessRounds.of(Duration.ofMillis(2000), Duration.ofSeconds(15))
                .play("disks", disks, cluster -> List.of(Fault.dealt(new DiskFaults(cluster, disks).all())));
    }

    @Test
    @EnabledIfSystemProperty(named = "chaos.controls", matches = "true")
    void without_syncs_a_power_cut_on_all_loses_what_was_acknowledged_and_the_rig_notices() throws Exception {
        assumeTrue(PreloadedLibrary.missing() == null, "the control was not run: there is no gcc");
        Leaders leaders = new Leaders();
        LoopDisks disks = new LoopDisks(3, Files.createTempDirectory("chaos"), 256).withoutSyncs();
        try (ProcessCluster cluster = new ProcessCluster(disks, leaders, Duration.ofSeconds(20))) {
            Round.Plan plan = new Round.Plan(
                    List.of(new DiskFaults(cluster, disks).powerCutOnAll()),
                    8,
                    600,
                    Duration.ofMillis(2000),
                    Duration.ofMillis(1500),
                    Duration.ofMillis(2000));
            assertThat(offences(new Round(1, plan, Duration.ofSeconds(3)), cluster, leaders))
                    .isNotEmpty();
        }
    }

    /** Members that find their files damaged do not come back: that is to be noticed, too. */
    private static List<String> offences(Round round, ProcessCluster cluster, Leaders leaders) {
        try {
            return round.play(cluster, leaders).offences();
        } catch (Await.NeverCameException damaged) {
            return List.of(damaged.getMessage());
        }
    }
}
