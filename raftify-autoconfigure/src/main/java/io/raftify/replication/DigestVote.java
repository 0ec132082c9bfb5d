package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.replication.wire.Checkpoint;
import io.raftify.replication.wire.FieldDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the digests that members took after the same entry say: a majority of all voters that agrees is right, and whoever
 * differs from it is the odd one.
 *
 * @param odd members that differ from a majority
 * @param undecided whether members differ, and no majority says who is right
 * @param fields in which members differ
 */
record DigestVote(Set<String> odd, boolean undecided, Set<String> fields) {

    /**
     * Judges.
     *
     * @param taken by member, all after the same entry
     * @param voters how many members there are, also those that are not among {@code taken}
     */
    static DigestVote of(Map<String, Checkpoint> taken, int voters) {
        Map<Checkpoint, List<String>> camps = new LinkedHashMap<>();
        taken.forEach(
                (member, checkpoint) -> camps.computeIfAbsent(sorted(checkpoint), same -> new ArrayList<>())
                        .add(member));
        Set<String> fields = differingFields(taken);
        for (List<String> camp : camps.values()) {
            if (camp.size() > voters / 2) {
                Set<String> odd = new TreeSet<>(taken.keySet());
                camp.forEach(odd::remove);
                return new DigestVote(odd, false, fields);
            }
        }
        return new DigestVote(Set.of(), camps.size() > 1, fields);
    }

    private static Checkpoint sorted(Checkpoint checkpoint) {
        Map<String, FieldDigest> byName = new TreeMap<>();
        checkpoint.getFieldsList().forEach(field -> byName.put(field.getField(), field));
        return checkpoint.toBuilder().clearFields().addAllFields(byName.values()).build();
    }

    private static Set<String> differingFields(Map<String, Checkpoint> taken) {
        Map<String, Map<String, ByteString>> byField = new TreeMap<>();
        taken.forEach((member, checkpoint) -> checkpoint
                .getFieldsList()
                .forEach(field -> byField.computeIfAbsent(field.getField(), name -> new HashMap<>())
                        .put(member, field.getDigest())));
        Set<String> differing = new TreeSet<>();
        byField.forEach((field, digests) -> {
            // A member of another version may have fields of its own; whoever does not have one says nothing about it.
            if (Set.copyOf(digests.values()).size() > 1) {
                differing.add(field);
            }
        });
        return differing;
    }

    boolean agreed() {
        return odd.isEmpty() && !undecided;
    }
}
