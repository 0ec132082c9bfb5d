package io.raftify.sample.drill;

import java.util.ArrayList;
import java.util.List;

/** How long calls took, in nanoseconds. All of them are kept: a percentile of samples would not be one of calls. */
final class Latencies {

    private final List<Long> nanos = new ArrayList<>();

    synchronized void add(List<Long> more) {
        nanos.addAll(more);
    }

    synchronized int count() {
        return nanos.size();
    }

    /** The latency within which that part of the calls was answered, for people. */
    synchronized String at(double part) {
        if (nanos.isEmpty()) {
            return "-";
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        int index = (int) Math.min(sorted.length - 1L, Math.max(0, (long) Math.ceil(part * sorted.length) - 1));
        return String.format("%.1f ms", sorted[index] / 1e6);
    }
}
