package io.raftify.chaos.round;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who led in which term. At most one member may (Raft paper, figure 3, election safety). Any thread. */
public final class Leaders {

    private final Map<Long, Set<String>> byTerm = new TreeMap<>();

    public synchronized void led(String member, long term) {
        byTerm.computeIfAbsent(term, any -> new TreeSet<>()).add(member);
    }

    synchronized int terms() {
        return byTerm.size();
    }

    /** Terms that more than one member led. */
    synchronized Map<Long, Set<String>> disputed() {
        Map<Long, Set<String>> disputed = new TreeMap<>(byTerm);
        disputed.values().removeIf(members -> members.size() < 2);
        return disputed;
    }
}
