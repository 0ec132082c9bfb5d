package io.raftify.chaos.round;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongFunction;

/**
 * How many rounds a rig plays: {@code chaos.rounds} of them, or for {@code chaos.minutes}, from seed {@code chaos.seed}
 * on. It stops at the first bad one and keeps its history under {@code chaos.work}.
 *
 * @param rounds at least
 * @param atLeast goes on for so long
 */
public record Rounds(long firstSeed, int rounds, Duration atLeast, Path work) {

    public static Rounds fromSystemProperties() {
        return new Rounds(
                Long.getLong("chaos.seed", 1),
                Integer.getInteger("chaos.rounds", 4),
                Duration.ofMinutes(Integer.getInteger("chaos.minutes", 0)),
                Path.of(System.getProperty("chaos.work", "target/chaos")));
    }

    /**
     * @param round plays the round of a seed
     * @throws AssertionError at the first round in which something was that must not be
     */
    public void play(String rig, LongFunction<Round.Outcome> round) throws IOException {
        long end = System.nanoTime() + atLeast.toNanos();
        for (long seed = firstSeed; seed < firstSeed + rounds || System.nanoTime() - end < 0; seed++) {
            Round.Outcome outcome = round.apply(seed);
            System.out.println(rig + " " + outcome);
            if (!outcome.offences().isEmpty()) {
                Path history = Files.createDirectories(work).resolve(rig + "-" + seed + ".jsonl");
                outcome.history().write(history);
                throw new AssertionError("The history is in " + history + "; " + outcome);
            }
        }
    }
}
