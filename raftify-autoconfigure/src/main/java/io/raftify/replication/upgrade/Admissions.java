package io.raftify.replication.upgrade;

import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.state.LibraryState;
import io.raftify.replication.wire.Admit;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * Which commands and codecs may stand in the log, as the log itself says; the same on every member at the same index.
 *
 * <p>What was <em>applied</em> once may be proposed by anybody: a member that lacks it is parked already or will be, and
 * holding it back saves nobody. What was <em>admitted</em> was known to every voter at some time, and stays allowed as long
 * as none of them is known to have gone back behind it. Both only grow, by one for each command, version and codec that the
 * application ever had.
 *
 * <p>A command that was only called within another lets nothing in: in which version it was, or whether it was called at
 * all, is the matter of the build that applied the outer one. What it did is in the state all the same, and its bean must be
 * there wherever that state is restored.
 *
 * <p>Changed by the thread that applies; any thread may ask.
 */
public final class Admissions implements LibraryState {

    private volatile Map<Requirement, First> applied = new ConcurrentHashMap<>();

    /** Replaced as a whole, so that nobody sees a part of what one entry admits. */
    private volatile Set<Requirement> admitted = Set.of();

    /** The first entry within which a command was called. */
    private volatile Map<Within, Long> within = new ConcurrentHashMap<>();

    private final Effects effects;
    private final BiPredicate<String, String> effectsWithin;

    /**
     * The first entry that needed it.
     *
     * @param bean whose command it is; empty for a codec
     */
    private record First(String bean, long index) {}

    /** A command that was part of another, and its bean. */
    private record Within(String command, String bean) {

        private static final Comparator<Within> ORDER =
                Comparator.comparing(Within::command).thenComparing(Within::bean);
    }

    /** What this build of the application can hold. */
    @FunctionalInterface
    public interface Effects {

        /** Whether that is a state in which the command was applied to the bean of that name. */
        boolean known(String command, int version, String bean);
    }

    /**
     * @param effects of commands that have entries of their own
     * @param effectsWithin the same of a command, by its name, and its bean, that was part of another one
     */
    public Admissions(Effects effects, BiPredicate<String, String> effectsWithin) {
        this.effects = effects;
        this.effectsWithin = effectsWithin;
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

    /** A command is applied, by an entry of its own. */
    public void applied(String command, int version, String bean, long index) {
        applied.computeIfAbsent(Requirement.command(command, version), first -> new First(bean, index));
    }

    /** An entry is applied that the codec wrote. */
    public void applied(String codec, long index) {
        applied.computeIfAbsent(Requirement.codec(codec), first -> new First("", index));
    }

    /** A command is called within the one of that entry. */
    public void appliedWithin(String command, String bean, long index) {
        within.putIfAbsent(new Within(command, bean), index);
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
        SortedMap<Within, Long> withinInOrder = new TreeMap<>(Within.ORDER);
        withinInOrder.putAll(within);
        out.writeInt(withinInOrder.size());
        for (Map.Entry<Within, Long> each : withinInOrder.entrySet()) {
            out.writeUTF(each.getKey().command());
            out.writeUTF(each.getKey().bean());
            out.writeLong(each.getValue());
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
        Map<Within, Long> readWithin = readWithin(in);
        return () -> {
            applied = readApplied;
            admitted = readAdmitted;
            within = readWithin;
        };
    }

    private Map<Within, Long> readWithin(DataInputStream in) throws IOException {
        Map<Within, Long> read = new ConcurrentHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Within each = new Within(in.readUTF(), in.readUTF());
            long index = in.readLong();
            if (!effectsWithin.test(each.command(), each.bean())) {
                throw new UnsupportedEntryException("The snapshot holds what the command '" + each.command()
                        + "', as part of another one, did to the bean '" + each.bean() + "', first at entry " + index
                        + ", and this application does not have the bean: deploy here a version that does. If the bean"
                        + " was renamed, give it its former name, as in @Component(\"" + each.bean()
                        + "\"); if it was removed on purpose, say so by a bean: new RetiredCommand(\""
                        + each.command() + "\").");
            }
            read.put(each, index);
        }
        return read;
    }
}
