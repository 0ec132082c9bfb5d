package io.raftify.benchmarks;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.contender.Operation;
import io.raftify.benchmarks.process.ClassPaths;
import io.raftify.benchmarks.process.Cluster;
import io.raftify.benchmarks.process.Layout;
import io.raftify.benchmarks.report.Series;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * All contenders of one layout, one after another in each cell, and so round by round: what disturbs the machine for a
 * while disturbs neighbours in time, and ratios are taken within a round. The clusters stay up from the first round to
 * the last, so that compiled code stays compiled; those that wait their turn only send heartbeats.
 */
final class Rounds implements AutoCloseable {

    private static final Duration FIRST_WARM_UP = Duration.ofSeconds(1);
    private static final Duration LOAD_WARM_UP = Duration.ofSeconds(10);
    private static final Cell MANY_WRITES = new Cell(Operation.WRITE, Matrix.SMALL, 256);
    private static final Cell MANY_READS = new Cell(Operation.READ_ON_LEADER, 0, 256);

    private final Layout layout;
    private final Options options;
    private final PrintStream progress;
    private final List<Cluster> clusters = new ArrayList<>();

    Rounds(Layout layout, Options options, Path work, PrintStream progress) throws IOException {
        this.layout = layout;
        this.options = options;
        this.progress = progress;
        ClassPaths classPaths = new ClassPaths(options.module());
        try {
            for (Contender contender : options.contenders()) {
                progress.printf(Locale.ROOT, "starting %s, %s%n", contender.text(), layout.text());
                clusters.add(new Cluster(classPaths, contender, layout, work));
            }
        } catch (IOException | RuntimeException notStarted) {
            close();
            throw notStarted;
        }
    }

    /** What is done with what there is so far. */
    @FunctionalInterface
    interface AfterRound {

        void keep() throws IOException;
    }

    void run(List<Cell> cells, Series series, AfterRound afterRound) throws IOException {
        for (Cluster cluster : clusters) {
            warmUp(cluster, cells);
        }
        for (int round = 0; round < options.rounds(); round++) {
            for (Cell cell : cells) {
                for (Cluster cluster : clusters) {
                    Measurement measurement = measure(cluster, cell, options.warmUp(), options.time());
                    series.add(layout, cell, cluster.contender(), measurement);
                    tell(round, cell, cluster.contender(), measurement);
                }
            }
            afterRound.keep();
        }
    }

    /**
     * Not counted. What runs in every cell is compiled after some ten thousand calls, which one call at a time would
     * take minutes for: so the many in flight come first.
     */
    private void warmUp(Cluster cluster, List<Cell> cells) {
        Duration each = options.quick() ? options.warmUp() : FIRST_WARM_UP;
        if (!options.quick()) {
            measure(cluster, MANY_WRITES, Duration.ZERO, LOAD_WARM_UP);
            measure(cluster, MANY_READS, Duration.ZERO, each);
        }
        for (Cell cell : cells) {
            measure(cluster, cell, Duration.ZERO, each);
        }
    }

    private static Measurement measure(Cluster cluster, Cell cell, Duration warmUp, Duration time) {
        try {
            return cluster.measure(cell, warmUp, time);
        } catch (RuntimeException failed) {
            // One contender that fails in one cell must not cost the hour; its row says so.
            return Measurement.notOffered("failed: " + failed);
        }
    }

    private void tell(int round, Cell cell, Contender contender, Measurement measurement) {
        if (measurement.offered()) {
            progress.printf(
                    Locale.ROOT,
                    "%-14s round %d  %-48s %-36s %9.0f/s  p50 %8.0f  p99 %8.0f us  cpu %6.0f us%s%n",
                    layout.text(),
                    round + 1,
                    cell.text(),
                    contender.text(),
                    measurement.throughput(),
                    measurement.micros(50),
                    measurement.micros(99),
                    measurement.cpuMicros(),
                    measurement.failures() > 0 ? "  " + measurement.failures() + " failed: " + measurement.note() : "");
        } else {
            progress.printf(
                    Locale.ROOT,
                    "%-14s round %d  %-48s %-36s none: %s%n",
                    layout.text(),
                    round + 1,
                    cell.text(),
                    contender.text(),
                    measurement.note());
        }
    }

    @Override
    public void close() {
        clusters.forEach(Cluster::close);
    }
}
