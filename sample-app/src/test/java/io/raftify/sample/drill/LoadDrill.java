package io.raftify.sample.drill;

import io.raftify.sample.MembersInOneJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Many callers at once and nothing going wrong, so every error is unexpected. Each caller sells the seats of its own
 * range one after the other; when they are all sold it returns them, and so on.
 */
final class LoadDrill {

    private static final Duration START = Duration.ofSeconds(120);

    private LoadDrill() {}

    /** One call of one caller; throws if it did not do what it should. */
    private interface Call {
        void make(Seat seat, boolean sell, String orderId);
    }

    static boolean throughRest(Options options, Report report) {
        try (SampleCluster cluster = new SampleCluster(options)) {
            report.event("starting three members; their logs and data are in " + options.work());
            cluster.startAll();
            cluster.awaitReady(START);
            MemberProcess leader = cluster.awaitLeader(START);
            MemberProcess follower = cluster.members().stream()
                    .filter(member -> member != leader)
                    .findFirst()
                    .orElseThrow();
            run("a follower, " + follower.describe(), options, report, 0, through(follower.client()));
            run("the leader, " + leader.describe(), options, report, 1, through(leader.client()));
            Audit audit = Audit.of(cluster, new Ledger());
            report.line("");
            report.verdict("the three members agree", audit.agree());
            audit.members().forEach(line -> report.line("  " + line));
            return report.good();
        }
    }

    private static Call through(BoxOfficeClient client) {
        return (seat, sell, orderId) -> {
            Answer answer = sell ? client.sell(seat, orderId, "caller") : client.refund(seat, orderId);
            if (!(answer instanceof Answer.Sold)) {
                throw new IllegalStateException(answer.toString());
            }
        };
    }

    static boolean onTheBean(Options options, Report report) {
        SampleCluster.empty(options.work());
        String electionTimeout =
                "--raftify.election.timeout=" + options.electionTimeout().toMillis() + "ms";
        String quiet = "--logging.level.root=warn";
        try (MembersInOneJvm members = new MembersInOneJvm(3, options.work(), electionTimeout, quiet)) {
            report.event("starting three members in this JVM");
            members.startAll();
            SampleCluster.await(
                    "one member leads and all know it",
                    START,
                    () -> members.ids().stream()
                            .allMatch(id -> members.status(id).leaderId() != null));
            String leader = members.status("n1").leaderId();
            String follower = members.ids().stream()
                    .filter(id -> !id.equals(leader))
                    .findFirst()
                    .orElseThrow();
            run("the bean of a follower, " + follower, options, report, 0, on(members, follower));
            run("the bean of the leader, " + leader, options, report, 1, on(members, leader));
            return report.good();
        }
    }

    private static Call on(MembersInOneJvm members, String id) {
        return (seat, sell, orderId) -> {
            if (sell) {
                members.sell(id, seat.show(), seat.seat(), orderId);
            } else if (!members.refund(id, seat.show(), seat.seat(), orderId)) {
                throw new IllegalStateException("The seat was not sold to this order");
            }
        };
    }

    /** @param half of the house, so that two phases do not meet */
    private static void run(String target, Options options, Report report, int half, Call call) {
        report.event(options.clients() + " callers for " + options.seconds() + " s at " + target);
        Latencies latencies = new Latencies();
        Queue<String> errors = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        long end = start + options.seconds() * 1_000_000_000L;
        int seats = Seat.ALL / 2 / options.clients();
        List<Thread> callers = new ArrayList<>();
        for (int c = 0; c < options.clients(); c++) {
            int first = half * (Seat.ALL / 2) + c * seats;
            Thread caller = new Thread(() -> caller(first, seats, end, call, latencies, errors), "caller-" + c);
            callers.add(caller);
            caller.start();
        }
        for (Thread caller : callers) {
            try {
                caller.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        report.figure("calls answered", latencies.count());
        report.figure("throughput", String.format("%,.0f/s", latencies.count() / seconds));
        report.figure("p50", latencies.at(0.50));
        report.figure("p99", latencies.at(0.99));
        report.figure("longest", latencies.at(1.0));
        report.zero("unexpected errors", errors);
    }

    private static void caller(int first, int seats, long end, Call call, Latencies latencies, Queue<String> errors) {
        List<Long> mine = new ArrayList<>();
        for (int n = 0; System.nanoTime() - end < 0; n++) {
            int seat = first + n % seats;
            boolean sell = n / seats % 2 == 0;
            long before = System.nanoTime();
            try {
                call.make(Seat.number(seat), sell, "load-" + seat);
                mine.add(System.nanoTime() - before);
            } catch (RuntimeException e) {
                errors.add(e.toString());
            }
        }
        latencies.add(mine);
    }
}
