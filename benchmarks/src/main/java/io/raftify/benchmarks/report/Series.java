package io.raftify.benchmarks.report;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.process.Layout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Everything measured under load, in the order of the rounds. */
public final class Series {

    /** One row of the table. */
    public record Row(Layout layout, Cell cell, Contender contender) {}

    private final Map<Row, List<Measurement>> rows = new LinkedHashMap<>();

    public void add(Layout layout, Cell cell, Contender contender, Measurement measurement) {
        rows.computeIfAbsent(new Row(layout, cell, contender), row -> new ArrayList<>())
                .add(measurement);
    }

    Map<Row, List<Measurement>> rows() {
        return rows;
    }

    /** By round. */
    List<Measurement> measurements(Row row) {
        return rows.getOrDefault(row, List.of());
    }

    /** A figure's median over the rounds; empty if it was never measured. */
    Optional<Spread> figure(Row row, ToDoubleFunction<Measurement> figure) {
        return Spread.of(measurements(row).stream()
                .filter(Measurement::offered)
                .mapToDouble(figure)
                .toArray());
    }

    /** One row's figure divided by another's, round by round. */
    Optional<Spread> ratio(
            Row numerator, ToDoubleFunction<Measurement> of, Row denominator, ToDoubleFunction<Measurement> by) {
        List<Measurement> above = measurements(numerator);
        List<Measurement> below = measurements(denominator);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(above.size(), below.size()); round++) {
            if (above.get(round).offered() && below.get(round).offered()) {
                ratios.add(of.applyAsDouble(above.get(round)) / by.applyAsDouble(below.get(round)));
            }
        }
        return Spread.of(ratios.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
