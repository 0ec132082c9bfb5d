package io.raftify.chaos.round;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongFunction;

/**
 * How many rounds a rig plays: {@code chaos.<rig>.rounds} of them, and on for {@code chaos.minutes}, from seed {@code
 * chaos.seed} on. It stops at the first bad one and keeps its history under {@code chaos.work}.
 *
 * @param rig its name in the output
 * @param rounds at least
 * @param atLeast goes on for so long
 */
public record Rounds(String rig, long firstSeed, int rounds, Duration atLeast, Path work) {

    public static Rounds of(String rig) {
        return new Rounds(
                rig,
                Long.getLong("chaos.seed", 1),
                Integer.getInteger("chaos." + rig + ".rounds", 1),
                Duration.ofMinutes(Integer.getInteger("chaos.minutes", 0)),
                Path.of(System.getProperty("chaos.work", "target/chaos")));
    }

    /**
     * @param round plays the round of a seed
     * @throws AssertionError at the first round in which something was that must not be
     */
    public void play(LongFunction<Round.Outcome> round) throws IOException {
        long end = System.nanoTime() + atLeast.toNanos();
        long calls = 0;
        long played = 0;
        for (long seed = firstSeed; seed < firstSeed + rounds || System.nanoTime() - end < 0; seed++) {
            Round.Outcome outcome = round.apply(seed);
            System.out.println(rig + " " + outcome);
            calls += outcome.history().calls().size();
            played++;
            if (!outcome.offences().isEmpty()) {
                Path history = Files.createDirectories(work).resolve(rig + "-" + seed + ".jsonl");
                outcome.history().write(history);
                throw new AssertionError("The history is in " + history + "; " + outcome);
            }
        }
        System.out.println(rig + ": " + played + " rounds from seed " + firstSeed + ", " + calls + " calls, all good");
    }
}
