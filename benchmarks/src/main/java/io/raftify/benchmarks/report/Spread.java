package io.raftify.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A figure over the rounds: its median, and the least and the most it was. */
public record Spread(double median, double least, double most) {

    static Optional<Spread> of(double... values) {
        if (values.length == 0) {
            return Optional.empty();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return Optional.of(new Spread(median, sorted[0], sorted[sorted.length - 1]));
    }

    /** As in {@code 1.25 (1.10 to 1.40)}. */
    String ratio() {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, least, most);
    }
}
