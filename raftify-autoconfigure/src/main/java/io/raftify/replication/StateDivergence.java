package io.raftify.replication;

import java.util.Set;

/**
 * The replicated state of members differs, although they applied the same entries: a command did not do the same
 * everywhere. Published as an application event by every member that finds out, once for each index.
 *
 * @param index of the entry after which the members were compared
 * @param odd members that differ from a majority, and have stopped serving; empty while no majority says who is right
 * @param fields in which they differ, as {@code bean.field}
 */
public record StateDivergence(long index, Set<String> odd, Set<String> fields) {

    public StateDivergence {
        odd = Set.copyOf(odd);
        fields = Set.copyOf(fields);
    }
}
