package io.raftify.benchmarks.report;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.process.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Writes {@code results.json}, {@code results.md} and {@code results.png}. */
public final class Report {

    private final Map<String, String> machine;
    private final Series series;
    private final List<Fact> facts;

    /** @param machine what it was measured on and with, by name */
    public Report(Map<String, String> machine, Series series, List<Fact> facts) {
        this.machine = machine;
        this.series = series;
        this.facts = facts;
    }

    /** Returns the Markdown. */
    public String write(Path directory) throws IOException {
        Files.createDirectories(directory);
        String text = markdown();
        Files.writeString(directory.resolve("results.md"), text);
        Files.write(
                directory.resolve("results.json"),
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsBytes(data()));
        new Picture(series).write(directory.resolve("results.png"));
        return text;
    }

    private String markdown() {
        StringBuilder text = new StringBuilder();
        machine.forEach((what, value) ->
                text.append("- ").append(what).append(": ").append(value).append('\n'));
        contenders(text);
        goals(text);
        series.rows().keySet().stream()
                .collect(Collectors.groupingBy(
                        row -> row.layout().text() + ": " + row.cell().text(), LinkedHashMap::new, Collectors.toList()))
                .forEach((title, rows) -> cell(text, title, rows));
        facts.stream()
                .collect(Collectors.groupingBy(Fact::group, LinkedHashMap::new, Collectors.toList()))
                .forEach((group, own) -> {
                    text.append("\n### ").append(group).append("\n\n| what | figure |\n|---|---|\n");
                    own.forEach(fact -> text.append("| ")
                            .append(fact.what())
                            .append(" | ")
                            .append(fact.figure())
                            .append(" |\n"));
                });
        return text.toString();
    }

    private void contenders(StringBuilder text) {
        text.append("\n| who | how | durability | remark |\n|---|---|---|---|\n");
        series.rows().keySet().stream()
                .map(Series.Row::contender)
                .distinct()
                .forEach(contender -> text.append("| ")
                        .append(contender.text())
                        .append(" | ")
                        .append(contender.way())
                        .append(" | ")
                        .append(contender.durability())
                        .append(" | ")
                        .append(contender.remark())
                        .append(" |\n"));
    }

    private void goals(StringBuilder text) {
        if (series.rows().isEmpty()) {
            return;
        }
        text.append("\n### Goals, three processes\n\n")
                .append("Ratios within a round: median (least to most).\n\n")
                .append("| goal | ratio | first bar; good | measured |\n|---|---|---|---|\n");
        for (Goals.Goal goal : new Goals(series).goals()) {
            text.append("| ")
                    .append(goal.id())
                    .append(" | ")
                    .append(goal.what())
                    .append(" | ")
                    .append(goal.bar())
                    .append(" | ")
                    .append(goal.figure())
                    .append(" |\n");
        }
    }

    private void cell(StringBuilder text, String title, List<Series.Row> rows) {
        text.append("\n### ")
                .append(title)
                .append(
                        "\n\n| who | per second | p50 µs | p99 µs | p99.9 µs | CPU µs/op | RaftNode's rate ÷ this one's | failed |\n")
                .append("|---|---:|---:|---:|---:|---:|---|---:|\n");
        for (Series.Row row : rows) {
            Optional<Spread> rate = series.figure(row, Measurement::throughput);
            if (rate.isEmpty()) {
                String why = series.measurements(row).stream()
                        .map(Measurement::note)
                        .filter(java.util.Objects::nonNull)
                        .findFirst()
                        .orElse("nothing ended");
                text.append("| ")
                        .append(row.contender().text())
                        .append(" | – | – | – | – | – | ")
                        .append(why.replace('\n', ' ').replace('|', '/'))
                        .append(" | |\n");
                continue;
            }
            Series.Row ours = new Series.Row(row.layout(), row.cell(), Contender.NODE);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %s | %d |%n",
                    row.contender().text(),
                    rate.get().median(),
                    median(row, each -> each.micros(50)),
                    median(row, each -> each.micros(99)),
                    median(row, each -> each.micros(99.9)),
                    median(row, Measurement::cpuMicros),
                    series.ratio(ours, Measurement::throughput, row, Measurement::throughput)
                            .map(Spread::ratio)
                            .orElse("–"),
                    series.measurements(row).stream()
                            .mapToLong(Measurement::failures)
                            .sum()));
        }
    }

    private double median(Series.Row row, ToDoubleFunction<Measurement> figure) {
        return series.figure(row, figure).map(Spread::median).orElse(Double.NaN);
    }

    private Map<String, Object> data() {
        List<Map<String, Object>> rows = new ArrayList<>();
        series.rows().forEach((row, measurements) -> rows.add(data(row, measurements)));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("machine", machine);
        data.put("goals", series.rows().isEmpty() ? List.of() : new Goals(series).goals());
        data.put("load", rows);
        data.put("facts", facts);
        return data;
    }

    private static Map<String, Object> data(Series.Row row, List<Measurement> measurements) {
        Layout layout = row.layout();
        Cell cell = row.cell();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("layout", layout.text());
        data.put("contender", row.contender().id());
        data.put("operation", cell.operation().text());
        data.put("payload", cell.payload());
        data.put("inFlight", cell.inFlight());
        data.put(
                "rounds",
                measurements.stream()
                        .map(each -> {
                            Map<String, Object> round = new LinkedHashMap<>();
                            if (each.offered()) {
                                round.put("perSecond", each.throughput());
                                round.put("p50Micros", each.micros(50));
                                round.put("p99Micros", each.micros(99));
                                round.put("p999Micros", each.micros(99.9));
                                round.put("maxMicros", each.micros(100));
                                round.put("cpuMicros", each.cpuMicros());
                            }
                            round.put("failures", each.failures());
                            if (each.note() != null) {
                                round.put("note", each.note());
                            }
                            return round;
                        })
                        .toList());
        return data;
    }
}
