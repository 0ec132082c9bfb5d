package io.raftify.benchmarks;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the command line says. */
record Options(
        int rounds,
        Duration warmUp,
        Duration time,
        boolean quick,
        boolean load,
        boolean springLayer,
        boolean occasions,
        List<Contender> contenders,
        List<Cell> cells,
        Path module) {

    static final String USAGE = """
            benchmarks/run [options]
              --rounds N      rounds, each of which measures everybody once in every cell (7)
              --seconds S     how long a cell is measured in a round (2)
              --quick         a few cells, one round, half a second each: does everything run?
              --only A,B      only these contenders: %s
              --cells O:P:N   only these cells, with commas: operation, payload, number in flight; write:128:256
              --skip X,Y      leaves out parts of the run: load, spring, occasions
            """.formatted(String.join(
            ", ", Arrays.stream(Contender.values()).map(Contender::id).toList()));

    static Options parse(String[] arguments) {
        int rounds = 0;
        double seconds = 0;
        boolean quick = false;
        List<String> skipped = List.of();
        List<Contender> contenders = List.of(Contender.values());
        List<Cell> cells = List.of();
        List<String> left = new ArrayList<>(List.of(arguments));
        while (!left.isEmpty()) {
            String option = left.remove(0);
            if (option.equals("--quick")) {
                quick = true;
                continue;
            }
            if (left.isEmpty()) {
                throw new IllegalArgumentException(option + " needs a value\n" + USAGE);
            }
            String value = left.remove(0);
            switch (option) {
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--seconds" -> seconds = Double.parseDouble(value);
                case "--only" ->
                    contenders = Arrays.stream(value.split(",", -1))
                            .map(Contender::of)
                            .toList();
                case "--cells" ->
                    cells = Arrays.stream(value.split(",", -1))
                            .map(Options::cell)
                            .toList();
                case "--skip" -> skipped = List.of(value.split(",", -1));
                default -> throw new IllegalArgumentException("unknown: " + option + "\n" + USAGE);
            }
        }
        if (rounds == 0) {
            rounds = quick ? 1 : 7;
        }
        if (seconds == 0) {
            seconds = quick ? 0.5 : 2;
        }
        return new Options(
                rounds,
                Duration.ofMillis(quick ? 300 : 500),
                Duration.ofMillis((long) (seconds * 1_000)),
                quick,
                !skipped.contains("load"),
                !skipped.contains("spring"),
                !skipped.contains("occasions"),
                contenders,
                cells,
                Path.of(System.getProperty("benchmarks.module", "benchmarks")).toAbsolutePath());
    }

    private static Cell cell(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is no cell, as write:128:256 is");
        }
        return new Cell(
                Operation.valueOf(parts[0].toUpperCase(Locale.ROOT).replace('-', '_')),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]));
    }
}
