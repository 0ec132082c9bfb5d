package io.raftify.chaos.process;

import static org.junit.jupiter.api.Assumptions.abort;

import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rig (b) with wall clocks that jump, drift and stand still. */
class ClockRigTest {

    @BeforeEach
    void clocksCanBeBent() {
        String missing = BentClocks.missing();
        if (missing != null) {
            System.err.println("RIG (b), CLOCKS, WAS NOT RUN: " + missing);
            abort("rig (b), clocks, was not run: " + missing);
        }
    }

    @Test
    void wall_clocks_decide_nothing_that_a_caller_was_promised() throws Exception {
        Leaders leaders = new Leaders();
        BentClocks clocks = new BentClocks(3, Files.createTempDirectory("chaos"));
        try (ProcessCluster cluster = new ProcessCluster(clocks, leaders)) {
            Round.Plan plan = new Round.Plan(
                    List.of(Fault.dealt(new ClockFaults(cluster, clocks).all())),
                    8,
                    600,
                    Duration.ofMillis(2000),
                    Duration.ofMillis(200),
                    Duration.ofMillis(3000));
            Rounds.of("clocks").play(seed -> new Round(seed, plan, Duration.ofSeconds(10)).play(cluster, leaders));
        }
    }
}
