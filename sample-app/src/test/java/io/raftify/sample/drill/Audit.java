package io.raftify.sample.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Holds what the buyers were told against what the members know.
 *
 * @param missing acknowledged orders that do not hold their seat under their ticket
 * @param soldTwice seats acknowledged to two orders, and tickets given out twice
 * @param refusedButHeld orders that were told the seat is taken, and hold it
 * @param neverOrdered seats held by an order that no buyer placed or may have placed
 * @param members one line for each member
 * @param agree whether every member gives the same holdings, read linearizably and from its own state
 */
record Audit(
        int seatsHeld,
        List<String> missing,
        List<String> soldTwice,
        List<String> refusedButHeld,
        List<String> neverOrdered,
        List<String> members,
        boolean agree) {

    /** Waits until every member has applied the same entries, then reads everything from everyone. */
    static Audit of(SampleCluster cluster, Ledger ledger) {
        SampleCluster.await("every member has applied everything", Duration.ofSeconds(60), () -> caughtUp(cluster));
        List<String> lines = new ArrayList<>();
        Set<String> digests = new HashSet<>();
        Holdings holdings = null;
        for (MemberProcess member : cluster.members()) {
            Holdings linearizable = Holdings.of(member.client(), "linearizable");
            Holdings local = Holdings.of(member.client(), "local");
            digests.add(linearizable.digest());
            digests.add(local.digest());
            holdings = linearizable;
            JsonNode status = member.client().get("/actuator/raft");
            lines.add(String.format(
                    "%s %-8s term %d, applied %d, snapshot %d, %,d seats, linearizable %s, local %s",
                    member.id(),
                    status.path("role").asString(),
                    status.path("term").longValue(),
                    status.path("appliedIndex").longValue(),
                    status.path("snapshotIndex").longValue(),
                    local.size(),
                    linearizable.digest().substring(0, 12),
                    local.digest().substring(0, 12)));
        }
        if (holdings == null) {
            throw new IllegalStateException("no members");
        }
        return new Audit(
                holdings.size(),
                missing(ledger, holdings),
                soldTwice(ledger, holdings),
                refusedButHeld(ledger, holdings),
                neverOrdered(ledger, holdings),
                lines,
                digests.size() == 1);
    }

    private static boolean caughtUp(SampleCluster cluster) {
        Set<String> seen = new HashSet<>();
        for (MemberProcess member : cluster.members()) {
            JsonNode status = SampleCluster.status(member);
            if (status == null
                    || status.path("leaderId").isMissingNode()
                    || status.path("leaderId").isNull()
                    || status.path("appliedIndex").longValue()
                            != status.path("lastIndex").longValue()) {
                return false;
            }
            seen.add(status.path("term").longValue() + " "
                    + status.path("leaderId").asString() + " "
                    + status.path("appliedIndex").longValue());
        }
        return seen.size() == 1;
    }

    private static List<String> missing(Ledger ledger, Holdings holdings) {
        List<String> found = new ArrayList<>();
        for (Ledger.Acknowledged sale : ledger.acknowledged()) {
            Holdings.Sale held = holdings.at(sale.seat());
            if (held == null || !held.orderId().equals(sale.orderId()) || held.ticket() != sale.ticket()) {
                found.add(sale + " but the members say " + held);
            }
        }
        return found;
    }

    private static List<String> soldTwice(Ledger ledger, Holdings holdings) {
        List<String> found = new ArrayList<>();
        Map<Seat, String> bySeat = new HashMap<>();
        Map<Long, String> byTicket = new HashMap<>();
        for (Ledger.Acknowledged sale : ledger.acknowledged()) {
            String other = bySeat.putIfAbsent(sale.seat(), sale.orderId());
            if (other != null && !other.equals(sale.orderId())) {
                found.add(sale.seat() + " acknowledged to " + other + " and " + sale.orderId());
            }
            other = byTicket.putIfAbsent(sale.ticket(), sale.orderId());
            if (other != null && !other.equals(sale.orderId())) {
                found.add("ticket " + sale.ticket() + " acknowledged to " + other + " and " + sale.orderId());
            }
        }
        Map<Long, String> held = new HashMap<>();
        holdings.byShowAndSeat().forEach((seat, sale) -> {
            String other = held.putIfAbsent(sale.ticket(), seat);
            if (other != null) {
                found.add("ticket " + sale.ticket() + " held for " + other + " and " + seat);
            }
        });
        return found;
    }

    private static List<String> refusedButHeld(Ledger ledger, Holdings holdings) {
        return holdings.byShowAndSeat().values().stream()
                .map(Holdings.Sale::orderId)
                .filter(ledger.refused()::contains)
                .toList();
    }

    private static List<String> neverOrdered(Ledger ledger, Holdings holdings) {
        Set<String> known = new HashSet<>(ledger.undecided());
        ledger.acknowledged().forEach(sale -> known.add(sale.orderId()));
        ledger.refused().forEach(known::add);
        return holdings.byShowAndSeat().values().stream()
                .map(Holdings.Sale::orderId)
                .filter(order -> !known.contains(order))
                .toList();
    }

    /** Whether nothing acknowledged is missing or sold twice, and the members agree. */
    boolean clean() {
        return missing.isEmpty() && soldTwice.isEmpty() && refusedButHeld.isEmpty() && neverOrdered.isEmpty() && agree;
    }

    void print(Report report) {
        report.figure("seats held in the end", seatsHeld);
        report.zero("acknowledged but missing", missing);
        report.zero("sold twice", soldTwice);
        report.zero("refused, but held all the same", refusedButHeld);
        report.zero("held, but never ordered", neverOrdered);
        report.verdict("the three members agree", agree);
        members.forEach(line -> report.line("  " + line));
    }
}
