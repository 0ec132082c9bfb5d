package io.raftify.benchmarks.report;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.contender.Operation;
import io.raftify.benchmarks.process.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** Four charts of one run, three processes. */
final class Picture {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;

    private final Series series;

    Picture(Series series) {
        this.series = series;
    }

    void write(Path file) throws IOException {
        List<Chart<?, ?>> charts = new ArrayList<>();
        lines(
                        "Writes of 128 B per second",
                        "in flight",
                        Operation.WRITE,
                        cell -> cell.payload() == 128 ? cell.inFlight() : 0,
                        Measurement::throughput)
                .ifPresent(charts::add);
        lines(
                        "Bytes written per second, by payload",
                        "bytes of one write",
                        Operation.WRITE,
                        cell -> cell.inFlight() == 256 ? cell.payload() : 0,
                        null)
                .ifPresent(charts::add);
        bars(
                        "p50 of one write and of one linearizable read, µs, 1 in flight",
                        List.of(
                                new Cell(Operation.WRITE, 128, 1),
                                new Cell(Operation.READ_ON_LEADER, 0, 1),
                                new Cell(Operation.READ_ON_FOLLOWER, 0, 1)),
                        measurement -> measurement.micros(50))
                .ifPresent(charts::add);
        bars(
                        "p99 of the same, µs",
                        List.of(
                                new Cell(Operation.WRITE, 128, 1),
                                new Cell(Operation.READ_ON_LEADER, 0, 1),
                                new Cell(Operation.READ_ON_FOLLOWER, 0, 1)),
                        measurement -> measurement.micros(99))
                .ifPresent(charts::add);
        if (!charts.isEmpty()) {
            BitmapEncoder.saveBitmap(
                    charts,
                    (charts.size() + 1) / 2,
                    Math.min(charts.size(), 2),
                    file.toString(),
                    BitmapEncoder.BitmapFormat.PNG);
        }
    }

    private List<Contender> contenders() {
        return series.rows().keySet().stream()
                .map(Series.Row::contender)
                .distinct()
                .toList();
    }

    /** @param figure null for bytes per second */
    private Optional<Chart<?, ?>> lines(
            String title,
            String axis,
            Operation operation,
            java.util.function.ToIntFunction<Cell> x,
            @org.jspecify.annotations.Nullable ToDoubleFunction<Measurement> figure) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(axis)
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        for (Contender contender : contenders()) {
            List<Double> xs = new ArrayList<>();
            List<Double> ys = new ArrayList<>();
            series.rows().keySet().stream()
                    .filter(row -> row.layout() == Layout.PROCESSES
                            && row.contender() == contender
                            && row.cell().operation() == operation
                            && x.applyAsInt(row.cell()) > 0)
                    .sorted(java.util.Comparator.comparingInt(row -> x.applyAsInt(row.cell())))
                    .forEach(row -> series.figure(
                                    row,
                                    figure != null
                                            ? figure
                                            : each -> each.throughput()
                                                    * row.cell().payload())
                            .ifPresent(spread -> {
                                xs.add((double) x.applyAsInt(row.cell()));
                                ys.add(spread.median());
                            }));
            if (!xs.isEmpty()) {
                chart.addSeries(contender.text(), xs, ys);
            }
        }
        return chart.getSeriesMap().isEmpty() ? Optional.empty() : Optional.of(chart);
    }

    private Optional<Chart<?, ?>> bars(String title, List<Cell> cells, ToDoubleFunction<Measurement> figure) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        List<String> names = cells.stream().map(cell -> cell.operation().text()).toList();
        for (Contender contender : contenders()) {
            List<Double> values = new ArrayList<>();
            for (Cell cell : cells) {
                values.add(series.figure(new Series.Row(Layout.PROCESSES, cell, contender), figure)
                        .map(Spread::median)
                        .orElse(0.0));
            }
            if (values.stream().anyMatch(value -> value > 0)) {
                chart.addSeries(contender.text(), names, values);
            }
        }
        return chart.getSeriesMap().isEmpty() ? Optional.empty() : Optional.of(chart);
    }
}
