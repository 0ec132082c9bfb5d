package io.raftify.chaos.process;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Rig (b): processes that stand still for up to half a minute, which is longer than any timeout of theirs. */
@EnabledIfSystemProperty(named = "chaos.pauses.rounds", matches = "[1-9].*")
class LongPausesTest {

    @Test
    void members_that_stood_still_for_long_lose_nothing_and_lie_to_nobody() throws Exception {
        new ProcessRounds(200, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(1))
                .play(
                        "pauses",
                        new Loopback(3, Files.createTempDirectory("chaos")),
                        cluster -> new ProcessFaults(cluster).pauses());
    }
}
