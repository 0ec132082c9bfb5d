package io.raftify.chaos.process;

import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Rig (b): processes that stand still for up to half a minute, which is longer than any timeout of theirs. */
@EnabledIfSystemProperty(named = "chaos.pauses.rounds", matches = "[1-9].*")
class LongPausesTest {

    @Test
    void members_that_stood_still_for_long_lose_nothing_and_lie_to_nobody() throws Exception {
        Leaders leaders = new Leaders();
        try (ProcessCluster cluster =
                new ProcessCluster(new Loopback(3, Files.createTempDirectory("chaos")), leaders)) {
            Round.Plan plan = new Round.Plan(
                    new ProcessFaults(cluster).pauses(),
                    8,
                    200,
                    Duration.ofMillis(2000),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30));
            Rounds.of("pauses").play(seed -> new Round(seed, plan, Duration.ofMinutes(1)).play(cluster, leaders));
        }
    }
}
