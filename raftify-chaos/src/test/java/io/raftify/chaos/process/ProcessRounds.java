package io.raftify.chaos.process;

import static org.junit.jupiter.api.Assumptions.abort;

import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the rigs have in common whose members are processes. */
record ProcessRounds(int callsPerSecond, Duration shortestFault, Duration longestFault, Duration round) {

    /** Faults of up to so long, in rounds of so long. */
    static ProcessRounds of(Duration longestFault, Duration round) {
        return new ProcessRounds(600, Duration.ofMillis(200), longestFault, round);
    }

    /** Skips a test whose machine lacks something, not without a word. */
    static void need(String rig, @Nullable String missing) {
        if (missing != null) {
            System.err.println(rig.toUpperCase(Locale.ROOT) + " WAS NOT RUN: " + missing);
            abort(rig + " was not run: " + missing);
        }
    }

    /** @param rig its name in properties and in the output */
    void play(String rig, Hosts hosts, Function<ProcessCluster, List<Fault>> faults) throws IOException {
        Leaders leaders = new Leaders();
        try (ProcessCluster cluster = new ProcessCluster(hosts, leaders)) {
            Round.Plan plan = new Round.Plan(
                    faults.apply(cluster), 8, callsPerSecond, Duration.ofMillis(2000), shortestFault, longestFault);
            Rounds.of(rig).play(seed -> new Round(seed, plan, round).play(cluster, leaders));
        }
    }
}
