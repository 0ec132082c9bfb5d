package io.raftify.sample.drill;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Kills all three members at the same moment under load, starts them again, and counts; again and again. */
final class PowerCutDrill {

    private static final Duration START = Duration.ofSeconds(120);

    private PowerCutDrill() {}

    static boolean run(Options options, Report report) {
        Ledger ledger = new Ledger();
        AtomicInteger next = new AtomicInteger();
        try (SampleCluster cluster = new SampleCluster(options)) {
            report.event("starting three members; their logs and data are in " + options.work());
            cluster.startAll();
            cluster.awaitReady(START);
            long reads = 0;
            long staleReads = 0;
            for (int round = 1; round <= options.rounds(); round++) {
                long before = ledger.count();
                Buyers buyers = new Buyers(cluster, ledger, "r" + round, next, options.clients());
                long cut;
                long backAfter;
                try (buyers) {
                    // a moment that no round shares with another, so that the cut finds the members at different work
                    Pause.millis(options.seconds() * 1_000L + round * 37L % 500);
                    cluster.killAll();
                    cut = System.nanoTime();
                    cluster.startAll();
                    cluster.awaitReady(START);
                    backAfter = System.nanoTime() - cut;
                    Pause.millis(500);
                }
                reads += buyers.reads();
                staleReads += buyers.staleReads();
                Audit audit = Audit.of(cluster, ledger);
                report.event(String.format(
                        "round %2d: +%,6d acknowledged, ready again after %4.1f s; all rounds: %,7d acknowledged, "
                                + "%d missing, %d sold twice, members %s",
                        round,
                        ledger.count() - before,
                        backAfter / 1e9,
                        ledger.count(),
                        audit.missing().size(),
                        audit.soldTwice().size(),
                        audit.agree() ? "agree" : "DISAGREE"));
                if (!audit.clean() || round == options.rounds()) {
                    report.line("");
                    report.figure("times all three were killed", round);
                    report.figure("sales acknowledged", ledger.count());
                    report.figure("orders refused, seat taken", ledger.refused().size());
                    report.figure("orders placed again, same order id", ledger.askAgainCount());
                    ledger.reasonsToAskAgain(4).forEach(reason -> report.line("    " + reason));
                    report.figure(
                            "orders left without an answer", ledger.undecided().size());
                    report.figure("linearizable reads beside the sales", reads);
                    report.zero("of these without an acknowledged sale", staleReads);
                    report.zero("unexpected errors", ledger.unexpected());
                    audit.print(report);
                    break;
                }
            }
            return report.good();
        }
    }
}
