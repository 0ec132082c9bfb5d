package io.raftify.benchmarks.contender;

import java.io.Serializable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What one cell gave in one round.
 *
 * @param latencies in nanoseconds
 * @param seconds how long was measured, the warm-up not counted
 * @param operations how many ended well in that time; for a batched operation, the entries in it
 * @param failures how many ended otherwise
 * @param cpuMicros processor time of all three members together for one operation, callers included; it hardly depends
 *     on what else the machine does
 * @param note the first failure, or why there is no measurement
 */
public record Measurement(
        Histogram latencies,
        double seconds,
        long operations,
        long failures,
        double cpuMicros,
        @Nullable String note) implements Serializable {

    /** This contender does not do that. */
    public static Measurement notOffered(String why) {
        return new Measurement(new Histogram(3), 0, 0, 0, 0, why);
    }

    /** The same, with what the processes took from the beginning of its warm-up to its end. */
    public Measurement withCpu(long cpuNanos, double wholeSeconds) {
        return operations == 0
                ? this
                : new Measurement(
                        latencies,
                        seconds,
                        operations,
                        failures,
                        cpuNanos / 1e3 / (operations * wholeSeconds / seconds),
                        note);
    }

    public boolean offered() {
        return operations > 0;
    }

    public double throughput() {
        return operations / seconds;
    }

    public double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1_000.0;
    }
}
