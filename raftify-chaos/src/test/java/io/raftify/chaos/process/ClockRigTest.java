package io.raftify.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.round.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rig (b) with wall clocks that jump, drift and stand still. */
class ClockRigTest {

    @BeforeEach
    void clocksCanBeBent() {
        ProcessRounds.need("rig (b), clocks,", PreloadedLibrary.missing());
    }

    @Test
    void wall_clocks_decide_nothing_that_a_caller_was_promised() throws Exception {
        BentClocks clocks = new BentClocks(3, Files.createTempDirectory("chaos"));
        ProcessRounds.of(Duration.ofMillis(3000), Duration.ofSeconds(10))
                .play("clocks", clocks, cluster -> List.of(Fault.dealt(new ClockFaults(cluster, clocks).all())));
    }

    /** Else the rounds would be good because nothing happened in them. */
    @Test
    void a_clock_that_is_bent_is_seen_to_be_by_whoever_looks_and_the_others_are_true() throws Exception {
        try (BentClocks clocks = new BentClocks(3, Files.createTempDirectory("chaos"))) {
            clocks.bend("n1", Duration.ofHours(1), 1_000_000);
            clocks.bend("n2", Duration.ofHours(-1), 0);

            assertThat(secondsAhead(clocks, "n1")).isBetween(3_500L, 3_700L);
            assertThat(secondsAhead(clocks, "n2")).isBetween(-3_700L, -3_500L);
            assertThat(secondsAhead(clocks, "n3")).isBetween(-60L, 60L);
            clocks.heal();
            assertThat(secondsAhead(clocks, "n1")).isBetween(-60L, 60L);
        }
    }

    private static long secondsAhead(BentClocks clocks, String member) throws Exception {
        ProcessBuilder date = new ProcessBuilder("date", "+%s");
        date.environment().putAll(clocks.environment(member));
        String printed = new String(date.start().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return Long.parseLong(printed.trim()) - Instant.now().getEpochSecond();
    }
}
