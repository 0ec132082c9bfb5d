package io.raftify.benchmarks;

import io.raftify.benchmarks.report.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs JMH over the Spring layer alone. */
final class SpringLayer {

    private static final String GROUP = "The Spring layer alone (JMH; the member answers at once)";
    private static final String BYTES = "gc.alloc.rate.norm";

    private SpringLayer() {}

    static List<Fact> measure(boolean quick) throws RunnerException {
        TimeValue time = quick ? TimeValue.milliseconds(200) : TimeValue.seconds(1);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("io\\.raftify\\.replication\\.SpringLayerBenchmark")
                        .forks(quick ? 1 : 2)
                        .warmupIterations(quick ? 2 : 5)
                        .warmupTime(time)
                        .measurementIterations(quick ? 2 : 5)
                        .measurementTime(time)
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend("-Xmx512m")
                        .build())
                .run();
        Map<String, Double> nanos = new TreeMap<>();
        List<Fact> facts = new ArrayList<>();
        for (RunResult result : results) {
            Result<?> time0 = result.getPrimaryResult();
            nanos.put(time0.getLabel(), time0.getScore());
            facts.add(new Fact(
                    GROUP,
                    time0.getLabel(),
                    String.format(
                            Locale.ROOT,
                            "%,.0f ns ± %,.0f, %s",
                            time0.getScore(),
                            time0.getScoreError(),
                            bytes(result))));
        }
        Double local = nanos.get("localQuery");
        Double interceptor = nanos.get("callThroughOneInterceptor");
        if (local != null && interceptor != null) {
            facts.add(new Fact(
                    GROUP,
                    "G9: local query ÷ call through one Spring interceptor (≤ 3; ≤ 1.3)",
                    String.format(Locale.ROOT, "%.2f", local / interceptor)));
        }
        return facts;
    }

    private static String bytes(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(each -> each.getKey().endsWith(BYTES))
                .findFirst()
                .map(each ->
                        String.format(Locale.ROOT, "%,.0f B", each.getValue().getScore()))
                .orElse("bytes unknown");
    }
}
