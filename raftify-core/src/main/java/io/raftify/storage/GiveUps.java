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
 * @param unfinished entries that it is known not to have finished, by index. That it did so before it was restarted could
 *     be true of every other one that it may have had then
 */
public record GiveUps(SortedMap<Long, Long> promises, SortedSet<Long> givenUp, SortedSet<Long> unfinished) {

    public static final GiveUps NONE = new GiveUps(new TreeMap<>(), new TreeSet<>(), new TreeSet<>());

    public GiveUps {
        promises = Collections.unmodifiableSortedMap(new TreeMap<>(promises));
        givenUp = Collections.unmodifiableSortedSet(new TreeSet<>(givenUp));
        unfinished = Collections.unmodifiableSortedSet(new TreeSet<>(unfinished));
    }

    /** With a promise more. One that was given to a later term stays. */
    public GiveUps promised(long index, long term) {
        SortedMap<Long, Long> more = new TreeMap<>(promises);
        more.merge(index, term, Math::max);
        return new GiveUps(more, givenUp, unfinished);
    }

    /** Without a promise that does not matter any more. */
    public GiveUps released(long index) {
        SortedMap<Long, Long> fewer = new TreeMap<>(promises);
        fewer.remove(index);
        return new GiveUps(fewer, givenUp, unfinished);
    }

    /** With an entry more that was given up; whatever was promised of it is settled. */
    public GiveUps decided(long index) {
        return new GiveUps(released(index).promises, with(givenUp, index), without(unfinished, index));
    }

    /** With an entry more that is known not to be finished. */
    public GiveUps begun(long index) {
        return new GiveUps(promises, givenUp, with(unfinished, index));
    }

    /** With an entry that may have been finished, from now on. */
    public GiveUps finishing(long index) {
        return new GiveUps(promises, givenUp, without(unfinished, index));
    }

    /** Without what is known of entries before this one, which are never applied again. */
    public GiveUps from(long index) {
        return new GiveUps(promises.tailMap(index), givenUp.tailSet(index), unfinished.tailSet(index));
    }

    private static SortedSet<Long> with(SortedSet<Long> indexes, long index) {
        SortedSet<Long> more = new TreeSet<>(indexes);
        more.add(index);
        return more;
    }

    private static SortedSet<Long> without(SortedSet<Long> indexes, long index) {
        SortedSet<Long> fewer = new TreeSet<>(indexes);
        fewer.remove(index);
        return fewer;
    }
}
