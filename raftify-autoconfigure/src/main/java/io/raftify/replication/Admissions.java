package io.raftify.replication;

import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.wire.Admit;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Which commands and codecs may stand in the log, as the log itself says; the same on every member at the same index.
 *
 * <p>What was <em>applied</em> once may be proposed by anybody: a member that lacks it is parked already or will be, and
 * holding it back saves nobody. What was <em>admitted</em> was known to every voter at some time, and stays allowed as long
 * as none of them is known to have gone back behind it. Both only grow, by one for each command, version and codec that the
 * application ever had.
 *
 * <p>Changed by the thread that applies; any thread may ask.
 */
final class Admissions implements LibraryState {

    /** The index of the first entry that needed it. */
    private volatile Map<Requirement, Long> applied = new ConcurrentHashMap<>();

    private volatile Set<Requirement> admitted = ConcurrentHashMap.newKeySet();
    private final Predicate<Requirement> effectsKnown;

    /** @param effectsKnown whether this build of the application can hold a state in which that was applied */
    Admissions(Predicate<Requirement> effectsKnown) {
        this.effectsKnown = effectsKnown;
    }

    boolean isApplied(Requirement requirement) {
        return applied.containsKey(requirement);
    }

    boolean isAdmitted(Requirement requirement) {
        return admitted.contains(requirement) || isApplied(requirement);
    }

    /** Whether the log is still without commands, as far as it is applied. */
    boolean isEmpty() {
        return applied.isEmpty() && admitted.isEmpty();
    }

    void applied(Requirement requirement, long index) {
        applied.putIfAbsent(requirement, index);
    }

    void admit(Admit admit) {
        admit.getAdmissionsList()
                .forEach(each -> admitted.add(new Requirement(each.getName(), each.getVersion())));
    }

    @Override
    public String name() {
        return "admissions";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        SortedMap<Requirement, Long> inOrder = new TreeMap<>(applied);
        out.writeInt(inOrder.size());
        for (Map.Entry<Requirement, Long> each : inOrder.entrySet()) {
            write(each.getKey(), out);
            out.writeLong(each.getValue());
        }
        Set<Requirement> admittedInOrder = new TreeSet<>(admitted);
        out.writeInt(admittedInOrder.size());
        for (Requirement each : admittedInOrder) {
            write(each, out);
        }
    }

    private static void write(Requirement requirement, DataOutputStream out) throws IOException {
        out.writeUTF(requirement.name());
        out.writeInt(requirement.version());
    }

    private static Requirement readRequirement(DataInputStream in) throws IOException {
        String name = in.readUTF();
        return new Requirement(name, in.readInt());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws UnsupportedEntryException if a command was applied of which this build knows nothing: it would lose what that
     *     command did, without a word, and hand the rest on to others
     */
    @Override
    public Runnable read(DataInputStream in) throws IOException {
        Map<Requirement, Long> readApplied = new ConcurrentHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Requirement requirement = readRequirement(in);
            long index = in.readLong();
            if (!requirement.isCodec() && !effectsKnown.test(requirement)) {
                throw new UnsupportedEntryException("The snapshot holds what the " + requirement
                        + " did, first at entry " + index + ", and this application does not have it: deploy here a"
                        + " version that does. If the command was removed on purpose, say so by a bean: new"
                        + " RetiredCommand(\"" + requirement.name() + "\").");
            }
            readApplied.put(requirement, index);
        }
        Set<Requirement> readAdmitted = ConcurrentHashMap.newKeySet();
        count = in.readInt();
        for (int i = 0; i < count; i++) {
            readAdmitted.add(readRequirement(in));
        }
        return () -> {
            applied = readApplied;
            admitted = readAdmitted;
        };
    }
}
