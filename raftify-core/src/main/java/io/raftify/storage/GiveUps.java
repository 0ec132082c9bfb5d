package io.raftify.storage;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a member knows for good about entries that members gave up, or may be about to.
 *
 * @param promises the entries that it promised not to finish undecided: by index, the term of the leader that asked last
 * @param givenUp the entries that were given up, by index
 */
public record GiveUps(SortedMap<Long, Long> promises, SortedSet<Long> givenUp) {

    public static final GiveUps NONE = new GiveUps(new TreeMap<>(), new TreeSet<>());

    public GiveUps {
        promises = Collections.unmodifiableSortedMap(new TreeMap<>(promises));
        givenUp = Collections.unmodifiableSortedSet(new TreeSet<>(givenUp));
    }

    /** With a promise more. One that was given to a later term stays. */
    public GiveUps promised(long index, long term) {
        SortedMap<Long, Long> more = new TreeMap<>(promises);
        more.merge(index, term, Math::max);
        return new GiveUps(more, givenUp);
    }

    /** Without a promise that does not matter any more. */
    public GiveUps released(long index) {
        SortedMap<Long, Long> fewer = new TreeMap<>(promises);
        fewer.remove(index);
        return new GiveUps(fewer, givenUp);
    }

    /** With an entry more that was given up; whatever was promised of it is settled. */
    public GiveUps decided(long index) {
        SortedSet<Long> more = new TreeSet<>(givenUp);
        more.add(index);
        return new GiveUps(released(index).promises, more);
    }

    /** Without what is known of entries before this one, which are never applied again. */
    public GiveUps from(long index) {
        return new GiveUps(promises.tailMap(index), givenUp.tailSet(index));
    }
}
