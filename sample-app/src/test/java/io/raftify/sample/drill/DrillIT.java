package io.raftify.sample.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two drills, short, with the packaged sample as real processes. */
class DrillIT {

    @Test
    void nothingAcknowledgedIsLostOrSoldTwiceWhenTheLeaderIsKilled() {
        assertThat(FailoverDrill.run(options("failover", "--seconds", "2"), new Report(System.out)))
                .as("the report above")
                .isTrue();
    }

    @Test
    void nothingAcknowledgedIsLostOrSoldTwiceWhenAllAreKilledAtOnce() {
        assertThat(PowerCutDrill.run(options("power-cut", "--seconds", "1", "--rounds", "1"), new Report(System.out)))
                .as("the report above")
                .isTrue();
    }

    /** Members that start in half the time: these are short drills, in which nothing gets hot enough for the rest. */
    private static Options options(String drill, String... more) {
        List<String> args = new ArrayList<>(List.of(drill, "--jvm-options", "-Xmx512m -XX:TieredStopAtLevel=1"));
        args.addAll(List.of(more));
        return Options.parse(drill, args.toArray(String[]::new));
    }
}
