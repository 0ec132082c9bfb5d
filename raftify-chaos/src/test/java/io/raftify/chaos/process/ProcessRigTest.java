package io.raftify.chaos.process;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rig (b): processes on loopback, killed and paused. */
class ProcessRigTest {

    @Test
    void killed_and_paused_members_lose_nothing_and_lie_to_nobody() throws Exception {
        ProcessRounds.of(Duration.ofMillis(3000), Duration.ofSeconds(10))
                .play(
                        "loopback",
                        new Loopback(3, Files.createTempDirectory("chaos")),
                        cluster -> new ProcessFaults(cluster).all());
    }
}
