package io.raftify.benchmarks.occasion;

import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.process.ClassPaths;
import io.raftify.benchmarks.process.Cluster;
import io.raftify.benchmarks.process.Layout;
import io.raftify.benchmarks.process.MemberProcess;
import io.raftify.benchmarks.process.Request;
import io.raftify.benchmarks.report.Fact;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** How long nobody can write after the leader was killed. */
public final class FailOver {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The settings of all that have one: followers wait between one and two seconds. */
    private static final double LONGEST_ELECTION_TIMEOUT = 2.0;

    private FailOver() {}

    public static List<Fact> measure(List<Contender> contenders, int kills, ClassPaths classPaths, Path work)
            throws IOException {
        List<Fact> facts = new ArrayList<>();
        for (Contender contender : contenders) {
            if (contender == Contender.FLOOR || contender == Contender.NODE_THREADS) {
                continue;
            }
            double[] seconds = new double[kills];
            for (int kill = 0; kill < kills; kill++) {
                try (Cluster cluster =
                        new Cluster(classPaths, contender, Layout.PROCESSES, work.resolve("fail-over-" + kill))) {
                    seconds[kill] = killLeader(cluster);
                }
            }
            Arrays.sort(seconds);
            facts.add(new Fact(
                    "Fail-over: from kill -9 of the leader to the first good write through a survivor",
                    contender.text(),
                    String.format(
                            Locale.ROOT,
                            "%.2f s (%.2f to %.2f in %d kills); ÷ 2 s: %.2f",
                            seconds[kills / 2],
                            seconds[0],
                            seconds[kills - 1],
                            kills,
                            seconds[kills / 2] / LONGEST_ELECTION_TIMEOUT)));
        }
        return facts;
    }

    private static double killLeader(Cluster cluster) {
        int leader = cluster.leader();
        if (!written(cluster.processOf(leader))) {
            throw new IllegalStateException(cluster.contender().text() + " takes no write before the kill");
        }
        MemberProcess leading = cluster.processOf(leader);
        List<MemberProcess> survivors =
                cluster.processes().stream().filter(each -> each != leading).toList();
        long begin = System.nanoTime();
        leading.kill();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            for (MemberProcess survivor : survivors) {
                if (written(survivor)) {
                    return (System.nanoTime() - begin) / 1e9;
                }
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private static boolean written(MemberProcess process) {
        return (boolean) Objects.requireNonNull(process.ask(new Request.WriteOnce(Duration.ofMillis(200))));
    }
}
