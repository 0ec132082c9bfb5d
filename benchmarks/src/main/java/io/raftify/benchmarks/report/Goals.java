package io.raftify.benchmarks.report;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.contender.Operation;
import io.raftify.benchmarks.process.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What we hold ourselves to under load: ratios within a round, never absolute figures. */
final class Goals {

    /**
     * @param bar the first bar and, after the semicolon, what is good
     * @param figure text, since some goals have two parts
     */
    record Goal(String id, String what, String bar, String figure) {}

    private static final ToDoubleFunction<Measurement> P50 = measurement -> measurement.micros(50);
    private static final ToDoubleFunction<Measurement> TAIL =
            measurement -> measurement.micros(99) / measurement.micros(50);
    private static final ToDoubleFunction<Measurement> RATE = Measurement::throughput;

    private static final Cell WRITE_1 = new Cell(Operation.WRITE, 128, 1);
    private static final Cell WRITE_256 = new Cell(Operation.WRITE, 128, 256);
    private static final Cell SMALLEST = new Cell(Operation.WRITE, 16, 256);
    private static final Cell LARGE = new Cell(Operation.WRITE, 10 << 10, 256);
    private static final Cell LEADER_1 = new Cell(Operation.READ_ON_LEADER, 0, 1);
    private static final Cell LEADER_256 = new Cell(Operation.READ_ON_LEADER, 0, 256);
    private static final Cell FOLLOWER_1 = new Cell(Operation.READ_ON_FOLLOWER, 0, 1);

    private final Series series;

    Goals(Series series) {
        this.series = series;
    }

    List<Goal> goals() {
        List<Goal> goals = new ArrayList<>();
        add(goals, "G1", "write, 1 in flight: p50 of ours ÷ (commit + round trip of the floor)", "≤ 2.0; ≤ 1.4", g1());
        add(
                goals,
                "G2",
                "write, 256 in flight: ours ÷ naked LMDB commits of 256",
                "≥ 0.4; ≥ 0.7",
                ratio(WRITE_256, Contender.NODE, RATE, WRITE_256, Contender.FLOOR, RATE));
        against(goals, "G3", Contender.JGROUPS_RAFT, "≤ 1.5; ≤ 1.1", "≥ 0.6; ≥ 1.0");
        against(goals, "G4", Contender.SOFAJRAFT, "≤ 1.0; ≤ 0.8", "≥ 0.8; ≥ 1.2");
        against(goals, "G5", Contender.RATIS_DEFAULTS, "≤ 0.5; –", "≥ 3; –");
        against(goals, "G5", Contender.RATIS, "–; ≤ 1.0", "–; ≥ 1.0");
        against(goals, "–", Contender.ZOOKEEPER, "no goal", "no goal");
        add(
                goals,
                "G6",
                "linearizable read on the leader, 1 in flight: p50 of ours ÷ round trip",
                "≤ 3; ≤ 1.8",
                ratio(LEADER_1, Contender.NODE, P50, LEADER_1, Contender.FLOOR, P50));
        add(
                goals,
                "G7",
                "linearizable read on a follower, 1 in flight: p50 of ours ÷ round trip",
                "≤ 6; ≤ 3.5",
                ratio(FOLLOWER_1, Contender.NODE, P50, LEADER_1, Contender.FLOOR, P50));
        add(
                goals,
                "G8",
                "256 in flight: linearizable reads on the leader ÷ writes",
                "≥ 3; ≥ 10",
                ratio(LEADER_256, Contender.NODE, RATE, WRITE_256, Contender.NODE, RATE));
        add(
                goals,
                "G10",
                "write, 1 in flight: (p99 ÷ p50 of ours) ÷ (p99 ÷ p50 of the floor's commit)",
                "≤ 3; ≤ 1.5",
                ratio(WRITE_1, Contender.NODE, TAIL, WRITE_1, Contender.FLOOR, TAIL));
        add(
                goals,
                "G11",
                "write, 1 in flight: p50, annotated bean ÷ RaftNode",
                "≤ 1.25; ≤ 1.1",
                ratio(WRITE_1, Contender.BEAN, P50, WRITE_1, Contender.NODE, P50));
        add(
                goals,
                "G11",
                "write, 256 in flight, a thread per call: writes/s of RaftNode ÷ annotated bean",
                "≤ 1.25; ≤ 1.1",
                ratio(WRITE_256, Contender.NODE_THREADS, RATE, WRITE_256, Contender.BEAN, RATE));
        add(
                goals,
                "G14",
                "256 in flight: bytes/s with 10 KiB ÷ with 16 B",
                "≥ 50; ≥ 200",
                ratio(
                        LARGE,
                        Contender.NODE,
                        each -> each.throughput() * LARGE.payload(),
                        SMALLEST,
                        Contender.NODE,
                        each -> each.throughput() * SMALLEST.payload()));
        return goals;
    }

    private void against(List<Goal> goals, String id, Contender peer, String latencyBar, String rateBar) {
        add(
                goals,
                id,
                "write, 1 in flight: p50 of ours ÷ " + peer.text(),
                latencyBar,
                ratio(WRITE_1, Contender.NODE, P50, WRITE_1, peer, P50));
        add(
                goals,
                id,
                "write, 256 in flight: writes/s of ours ÷ " + peer.text(),
                rateBar,
                ratio(WRITE_256, Contender.NODE, RATE, WRITE_256, peer, RATE));
    }

    private static void add(List<Goal> goals, String id, String what, String bar, Optional<Spread> ratio) {
        goals.add(new Goal(id, what, bar, ratio.map(Spread::ratio).orElse("not measured")));
    }

    /** The sum differs in each round, so it is no ratio of two rows. */
    private Optional<Spread> g1() {
        List<Measurement> ours = measurements(WRITE_1, Contender.NODE);
        List<Measurement> commits = measurements(WRITE_1, Contender.FLOOR);
        List<Measurement> trips = measurements(LEADER_1, Contender.FLOOR);
        int rounds = Math.min(ours.size(), Math.min(commits.size(), trips.size()));
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            ratios[round] = ours.get(round).micros(50)
                    / (commits.get(round).micros(50) + trips.get(round).micros(50));
        }
        return Spread.of(ratios);
    }

    private List<Measurement> measurements(Cell cell, Contender contender) {
        return series.measurements(row(cell, contender));
    }

    private Optional<Spread> ratio(
            Cell cell,
            Contender contender,
            ToDoubleFunction<Measurement> of,
            Cell otherCell,
            Contender other,
            ToDoubleFunction<Measurement> by) {
        return series.ratio(row(cell, contender), of, row(otherCell, other), by);
    }

    private static Series.Row row(Cell cell, Contender contender) {
        return new Series.Row(Layout.PROCESSES, cell, contender);
    }
}
