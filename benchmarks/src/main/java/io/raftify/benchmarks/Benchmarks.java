package io.raftify.benchmarks;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.process.Layout;
import io.raftify.benchmarks.report.Fact;
import io.raftify.benchmarks.report.Report;
import io.raftify.benchmarks.report.Series;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs everything and writes the report. Started by {@code benchmarks/run}. */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            return;
        }
        Path results = Files.createDirectories(options.module().resolve("target/benchmarks"));
        try (FileChannel lock =
                FileChannel.open(results.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                // Besides the files, the two would share the processor, and both results would be worthless.
                System.err.println("Another run is under way in " + results);
                System.exit(1);
            }
            run(options, results, System.out);
        }
    }

    private static void run(Options options, Path results, PrintStream out) throws Exception {
        Path work = results.resolve("data");
        delete(work);
        Files.createDirectories(work);
        long begin = System.nanoTime();
        Series series = new Series();
        List<Fact> facts = new ArrayList<>();
        if (options.load()) {
            for (Layout layout : Layout.values()) {
                List<Cell> cells = Matrix.cells(layout, options);
                if (cells.isEmpty()) {
                    continue;
                }
                try (Rounds rounds = new Rounds(layout, options, work, out)) {
                    // After every round: what ends an hour's run before its end must not take the hour along.
                    rounds.run(cells, series, () -> new Report(machine(options), series, facts).write(results));
                }
                delete(work);
            }
        }
        if (options.springLayer()) {
            facts.addAll(SpringLayer.measure(options.quick()));
        }
        if (options.occasions()) {
            facts.addAll(Occasions.measure(options, work, out));
        }
        Map<String, String> machine = machine(options);
        machine.put("took", (System.nanoTime() - begin) / 1_000_000_000 + " s");
        out.println();
        out.print(new Report(machine, series, facts).write(results));
        out.println();
        out.println("Written to " + results + ": results.md, results.json, results.png");
        delete(work);
    }

    private static Map<String, String> machine(Options options) {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        machine.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        machine.put("Java", System.getProperty("java.runtime.version"));
        machine.put(
                "rounds",
                options.rounds() + " of " + options.time().toMillis() + " ms in each cell"
                        + (options.quick() ? " (a quick run: it shows that everything runs, not how fast)" : ""));
        return machine;
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException left) {
                    throw new UncheckedIOException(left);
                }
            });
        }
    }
}
