package io.raftify.sample.drill;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Sells under load, kills the leader, restarts it, and counts. */
final class FailoverDrill {

    private static final Duration START = Duration.ofSeconds(120);

    /** From a moment before the kill, so that the gap begins at the last sale before it. */
    private static final long LEAD_IN_NANOS = 500_000_000L;

    private FailoverDrill() {}

    static boolean run(Options options, Report report) {
        Ledger ledger = new Ledger();
        try (SampleCluster cluster = new SampleCluster(options)) {
            report.event("starting three members; their logs and data are in " + options.work());
            cluster.startAll();
            cluster.awaitReady(START);
            report.event("ready; the leader is " + cluster.awaitLeader(START).describe());

            Buyers buyers = new Buyers(cluster, ledger, "order", new AtomicInteger(), options.clients());
            MemberProcess leader;
            long killedAt;
            long end;
            try (buyers) {
                report.event("selling with " + options.clients() + " buyers at all three members");
                sellFor(options.seconds(), ledger, report);
                // Asked only now: leadership may have moved under the load.
                leader = cluster.awaitLeader(START);
                killedAt = System.nanoTime();
                leader.kill();
                report.event("kill -9 " + leader.describe());
                leader.awaitEnd();
                sellFor(options.seconds(), ledger, report);
                report.event("restarting " + leader.id());
                leader.start();
                cluster.awaitReady(START);
                report.event(leader.describe() + " is back and ready");
                sellFor(options.seconds(), ledger, report);
                end = System.nanoTime();
            }
            report.event("no more buyers; waiting for the members to agree, then reading everything from each");
            Audit audit = Audit.of(cluster, ledger);

            report.line("");
            report.figure("sales acknowledged", ledger.count());
            report.figure("orders refused, seat taken", ledger.refused().size());
            report.figure("orders placed again, same order id", ledger.askAgainCount());
            ledger.reasonsToAskAgain(4).forEach(reason -> report.line("    " + reason));
            report.figure("orders left without an answer", ledger.undecided().size());
            standStill(options, ledger.longestGap(killedAt - LEAD_IN_NANOS, end), report);
            report.figure("linearizable reads beside the sales", buyers.reads());
            report.zero("of these without an acknowledged sale", buyers.staleReads());
            report.figure("reads refused or not answered", buyers.unansweredReads());
            report.zero("unexpected errors", ledger.unexpected());
            audit.print(report);
            return report.good();
        }
    }

    private static void standStill(Options options, long nanos, Report report) {
        Duration largest = options.largestElectionTimeout();
        boolean within = nanos <= 2 * largest.toNanos();
        report.figure("selling stood still for", String.format("%.2f s", nanos / 1e9));
        report.line(String.format(
                "      = %.2f times the largest election timeout of %.1f s; at most 2 times is %s",
                (double) nanos / largest.toNanos(), largest.toMillis() / 1e3, within ? "kept" : "NOT KEPT"));
        if (options.strict()) {
            report.verdict("stand-still within its bound", within);
        }
    }

    private static void sellFor(int seconds, Ledger ledger, Report report) {
        for (int i = 0; i < seconds; i++) {
            long before = ledger.count();
            Pause.millis(1_000);
            long now = ledger.count();
            report.event(String.format("%,9d sold  (+%,d)", now, now - before));
        }
    }
}
