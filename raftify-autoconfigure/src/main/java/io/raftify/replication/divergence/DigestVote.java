package io.raftify.replication.divergence;

import com.google.protobuf.ByteString;
import io.raftify.replication.wire.Checkpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the digests that members took after the same entry say: a majority of all voters that agrees is right, and whoever
 * differs from it is the odd one. Where all voters were heard and no majority agrees, nobody is right, and all are odd.
 *
 * @param odd members that do not agree with a majority
 * @param undecided whether members differ, and those that are not heard yet may say who is right
 * @param fields in which members differ
 */
record DigestVote(Set<String> odd, boolean undecided, Set<String> fields) {

    /**
     * Judges.
     *
     * @param taken by member, at least one, all after the same entry
     * @param voters how many members there are, also those that are not among {@code taken}
     */
    static DigestVote of(Map<String, Checkpoint> taken, int voters) {
        Map<String, Map<String, ByteString>> digests = new TreeMap<>();
        taken.forEach((member, checkpoint) -> digests.put(member, digests(checkpoint)));
        // A member of another version may have fields of its own; whoever does not have one says nothing about it.
        Set<String> common = new TreeSet<>(digests.values().iterator().next().keySet());
        digests.values().forEach(each -> common.retainAll(each.keySet()));
        digests.values().forEach(each -> each.keySet().retainAll(common));
        Map<Map<String, ByteString>, List<String>> camps = new LinkedHashMap<>();
        digests.forEach((member, each) ->
                camps.computeIfAbsent(each, same -> new ArrayList<>()).add(member));
        Set<String> fields = new TreeSet<>(common);
        fields.removeIf(field -> digests.values().stream()
                        .map(each -> each.get(field))
                        .distinct()
                        .count()
                == 1);
        for (List<String> camp : camps.values()) {
            if (camp.size() > voters / 2) {
                Set<String> odd = new TreeSet<>(taken.keySet());
                camp.forEach(odd::remove);
                return new DigestVote(odd, false, fields);
            }
        }
        if (taken.size() >= voters) {
            return new DigestVote(new TreeSet<>(taken.keySet()), false, fields);
        }
        return new DigestVote(Set.of(), camps.size() > 1, fields);
    }

    private static Map<String, ByteString> digests(Checkpoint checkpoint) {
        Map<String, ByteString> digests = new TreeMap<>();
        checkpoint.getFieldsList().forEach(field -> digests.put(field.getField(), field.getDigest()));
        return digests;
    }

    boolean agreed() {
        return odd.isEmpty() && !undecided;
    }
}
