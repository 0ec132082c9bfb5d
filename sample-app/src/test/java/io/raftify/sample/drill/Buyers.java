package io.raftify.sample.drill;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Buyers at every member. Each seat is wanted by two orders at about the same time at different members, so that
 * selling twice would have every chance to happen. An order without a definite answer is placed again, at the next
 * member, under the same order id.
 */
final class Buyers implements AutoCloseable {

    /** Longer than the members need to come back on a busy machine, so that every order gets its answer. */
    private static final long PATIENCE_NANOS = 180_000_000_000L;

    private static final long SHORTEST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private final List<BoxOfficeClient> members;
    private final Ledger ledger;
    private final String run;
    private final AtomicInteger next;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong staleReads = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private volatile boolean stopping;

    /** @param next counts the orders; the seat is half of it. Shared by the rounds of a drill */
    Buyers(SampleCluster cluster, Ledger ledger, String run, AtomicInteger next, int clients) {
        this.members = cluster.members().stream().map(MemberProcess::client).toList();
        this.ledger = ledger;
        this.run = run;
        this.next = next;
        for (int i = 0; i < clients; i++) {
            threads.add(new Thread(this::buy, "buyer-" + i));
        }
        threads.add(new Thread(this::read, "reader"));
        threads.forEach(Thread::start);
    }

    private void buy() {
        while (!stopping) {
            int n = next.getAndIncrement();
            if (n / 2 >= Seat.ALL) {
                return;
            }
            place(n, run + "-" + n, Seat.number(n / 2));
        }
    }

    private void place(int n, String orderId, Seat seat) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int attempt = 0; ; attempt++) {
            BoxOfficeClient member = members.get((n + attempt) % members.size());
            Answer answer = member.sell(seat, orderId, Thread.currentThread().getName());
            if (answer instanceof Answer.Sold sold) {
                ledger.sold(orderId, seat, sold.ticket());
                return;
            } else if (answer instanceof Answer.Taken) {
                ledger.refused(orderId);
                return;
            } else if (answer instanceof Answer.Unexpected error) {
                ledger.unexpected(error.what());
                ledger.undecided(orderId);
                return;
            }
            if (System.nanoTime() > deadline) {
                ledger.undecided(orderId);
                return;
            }
            ledger.askedAgain(why(answer));
            // soon when only one member is gone; less often when none answered, who need the machine to start
            Pause.millis(Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS * (1 + attempt / members.size())));
        }
    }

    private static String why(Answer answer) {
        if (answer instanceof Answer.NothingDone nothing) {
            return nothing.why();
        }
        return answer instanceof Answer.Unknown unknown ? unknown.why() : answer.toString();
    }

    /** Whoever asks after a sale was acknowledged must see it, at whichever member. */
    private void read() {
        for (int n = 0; !stopping; n++) {
            Ledger.Acknowledged sale = ledger.latest();
            if (sale != null) {
                try {
                    boolean seen = Holdings.holds(
                            members.get(n % members.size())
                                    .get("/shows/" + sale.seat().show()),
                            sale);
                    reads.incrementAndGet();
                    if (!seen) {
                        staleReads.incrementAndGet();
                    }
                } catch (UncheckedIOException e) {
                    // No answer is no old answer: a member that is down or without a quorum must not answer.
                    unanswered.incrementAndGet();
                }
            }
            Pause.millis(10);
        }
    }

    long reads() {
        return reads.get();
    }

    long staleReads() {
        return staleReads.get();
    }

    /** Reads that a member refused or did not answer. */
    long unansweredReads() {
        return unanswered.get();
    }

    /** Lets every buyer finish the order it has placed. */
    @Override
    public void close() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
