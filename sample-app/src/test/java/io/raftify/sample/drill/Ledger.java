package io.raftify.sample.drill;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What the buyers were told. Thread-safe. */
final class Ledger {

    /** A sale that was acknowledged, and when. */
    record Acknowledged(String orderId, Seat seat, long ticket, long nanoTime) {}

    private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong askedAgain = new AtomicLong();
    private final Map<String, Long> reasons = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> undecided = ConcurrentHashMap.newKeySet();
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private volatile Acknowledged latest;

    void sold(String orderId, Seat seat, long ticket) {
        Acknowledged sale = new Acknowledged(orderId, seat, ticket, System.nanoTime());
        acknowledged.add(sale);
        count.incrementAndGet();
        latest = sale;
    }

    void refused(String orderId) {
        refused.add(orderId);
    }

    /** The buyer stopped asking without an answer: the order may or may not hold the seat. */
    void undecided(String orderId) {
        undecided.add(orderId);
    }

    /** @param why what the client was told, for the figures at the end */
    void askedAgain(String why) {
        askedAgain.incrementAndGet();
        reasons.merge(why, 1L, Long::sum);
    }

    /** Why clients asked again, the most frequent reasons first. */
    List<String> reasonsToAskAgain(int most) {
        return reasons.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(most)
                .map(reason -> String.format("%,8d times: %s", reason.getValue(), reason.getKey()))
                .toList();
    }

    void unexpected(String what) {
        unexpected.add(what);
    }

    Collection<Acknowledged> acknowledged() {
        return acknowledged;
    }

    Set<String> refused() {
        return refused;
    }

    Set<String> undecided() {
        return undecided;
    }

    Collection<String> unexpected() {
        return unexpected;
    }

    long count() {
        return count.get();
    }

    long askAgainCount() {
        return askedAgain.get();
    }

    /** The newest acknowledgement; null before the first. */
    Acknowledged latest() {
        return latest;
    }

    /** The longest time without an acknowledgement between two moments, in nanoseconds, both ends included. */
    long longestGap(long fromNanos, long toNanos) {
        long[] times = acknowledged.stream()
                .mapToLong(Acknowledged::nanoTime)
                .filter(time -> time - fromNanos >= 0 && toNanos - time >= 0)
                .sorted()
                .toArray();
        long longest = 0;
        long before = fromNanos;
        for (long time : times) {
            longest = Math.max(longest, time - before);
            before = time;
        }
        return Math.max(longest, toNanos - before);
    }
}
