package io.raftify.benchmarks.occasion;

import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.process.ClassPaths;
import io.raftify.benchmarks.process.Cluster;
import io.raftify.benchmarks.process.Layout;
import io.raftify.benchmarks.process.Request;
import io.raftify.benchmarks.report.Fact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** How long three members take from the first process to a leader, and what one of them takes when it has nothing to do. */
public final class Idle {

    private static final long IDLE_MILLIS = 5_000;

    private Idle() {}

    public static List<Fact> measure(List<Contender> contenders, ClassPaths classPaths, Path work)
            throws IOException, InterruptedException {
        List<Fact> facts = new ArrayList<>();
        for (Contender contender : contenders) {
            long begin = System.nanoTime();
            try (Cluster cluster = new Cluster(classPaths, contender, Layout.PROCESSES, work.resolve("idle"))) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                Request.Usage before = use(cluster);
                long from = System.nanoTime();
                Thread.sleep(IDLE_MILLIS);
                Request.Usage after = use(cluster);
                // Two collections are in it; an idle JVM of the floor shows how much that is.
                double busy = 100.0 * (after.cpuNanos() - before.cpuNanos()) / (System.nanoTime() - from);
                facts.add(new Fact(
                        "Start and rest, three processes",
                        contender.text(),
                        String.format(
                                Locale.ROOT,
                                "%.1f s from the first process to a leader; the leader at rest: %.1f MiB heap after a"
                                        + " collection, %d threads, %.1f %% of a core",
                                seconds,
                                after.heapBytes() / 1_048_576.0,
                                after.threads(),
                                busy)));
            }
        }
        return facts;
    }

    private static Request.Usage use(Cluster cluster) {
        return (Request.Usage)
                Objects.requireNonNull(cluster.processOf(cluster.leader()).ask(new Request.Use()));
    }
}
