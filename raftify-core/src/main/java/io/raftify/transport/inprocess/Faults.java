package io.raftify.transport.inprocess;

import java.util.HashSet;
import java.util.Set;

/**
 * What is wrong with the network at one moment.
 *
 * @param cut ways on which everything is lost
 * @param paused members whose messages wait, both those for it and those from it
 */
record Faults(Set<Way> cut, Set<String> paused) {

    static final Faults NONE = new Faults(Set.of(), Set.of());

    Faults {
        cut = Set.copyOf(cut);
        paused = Set.copyOf(paused);
    }

    Faults withCut(Way way) {
        Set<Way> more = new HashSet<>(cut);
        more.add(way);
        return new Faults(more, paused);
    }

    Faults withoutCuts() {
        return new Faults(Set.of(), paused);
    }

    Faults withPaused(String member) {
        Set<String> more = new HashSet<>(paused);
        more.add(member);
        return new Faults(cut, more);
    }

    Faults withoutPaused(String member) {
        Set<String> fewer = new HashSet<>(paused);
        fewer.remove(member);
        return new Faults(cut, fewer);
    }

    boolean loses(Way way) {
        return cut.contains(way);
    }

    boolean holds(Way way) {
        return paused.contains(way.from()) || paused.contains(way.to());
    }

    boolean stops(Way way) {
        return loses(way) || holds(way);
    }
}
