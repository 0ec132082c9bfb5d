package io.raftify.replication.upgrade;

import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.state.LibraryState;
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
public final class Admissions implements LibraryState {

    private volatile Map<Requirement, First> applied = new ConcurrentHashMap<>();

    /** Replaced as a whole, so that nobody sees a part of what one entry admits. */
    private volatile Set<Requirement> admitted = Set.of();

    private final Effects effects;

    /**
     * The first entry that needed it.
     *
     * @param bean whose command it is; empty for a codec
     */
    private record First(String bean, long index) {}

    /** What this build of the application can hold. */
    @FunctionalInterface
    public interface Effects {

        /** Whether that is a state in which the command was applied to the bean of that name. */
        boolean known(String command, int version, String bean);
    }

    public Admissions(Effects effects) {
        this.effects = effects;
    }

    boolean isApplied(Requirement requirement) {
        return applied.containsKey(requirement);
    }

    boolean isAdmitted(Requirement requirement) {
        return admitted.contains(requirement) || isApplied(requirement);
    }

    /** Whether nothing was admitted yet, as far as the log is applied: so it is in a new cluster until its first leader looks. */
    boolean isNew() {
        return admitted.isEmpty();
    }

    /** A command is applied, by an entry of its own or within another command. */
    public void applied(String command, int version, String bean, long index) {
        applied.computeIfAbsent(Requirement.command(command, version), first -> new First(bean, index));
    }

    /** An entry is applied that the codec wrote. */
    public void applied(String codec, long index) {
        applied.computeIfAbsent(Requirement.codec(codec), first -> new First("", index));
    }

    public void admit(Admit admit) {
        Set<Requirement> more = new TreeSet<>(admitted);
        admit.getAdmissionsList().forEach(each -> more.add(new Requirement(each.getName(), each.getVersion())));
        admitted = more;
    }

    @Override
    public String name() {
        return "admissions";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        SortedMap<Requirement, First> inOrder = new TreeMap<>(applied);
        out.writeInt(inOrder.size());
        for (Map.Entry<Requirement, First> each : inOrder.entrySet()) {
            write(each.getKey(), out);
            out.writeUTF(each.getValue().bean());
            out.writeLong(each.getValue().index());
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
     * @throws UnsupportedEntryException if a command was applied that this build does not know, or to a bean that it does not
     *     have: it would lose what the command did, without a word, and hand the rest on to others
     */
    @Override
    public Runnable read(DataInputStream in) throws IOException {
        Map<Requirement, First> readApplied = new ConcurrentHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Requirement requirement = readRequirement(in);
            First first = new First(in.readUTF(), in.readLong());
            if (!requirement.isCodec() && !effects.known(requirement.name(), requirement.version(), first.bean())) {
                throw new UnsupportedEntryException("The snapshot holds what the " + requirement + " did to the bean '"
                        + first.bean() + "', first at entry " + first.index() + ", and this application does not have"
                        + " both: deploy here a version that does. If the bean was renamed, give it its former name, as"
                        + " in @Component(\"" + first.bean() + "\"); if the command was removed on purpose, say so by a"
                        + " bean: new RetiredCommand(\"" + requirement.name() + "\").");
            }
            readApplied.put(requirement, first);
        }
        Set<Requirement> readAdmitted = new TreeSet<>();
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
