package io.raftify.replication.upgrade;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.RaftNode;
import io.raftify.replication.encoding.Sha256;
import io.raftify.replication.encoding.StateSchema;
import io.raftify.replication.encoding.WrittenForms;
import io.raftify.replication.wire.ApplicationCatalogue;
import io.raftify.replication.wire.CatalogueBean;
import io.raftify.replication.wire.CatalogueCommand;
import io.raftify.replication.wire.CatalogueField;
import io.raftify.replication.wire.WireFormat;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * What one build of the application can apply, and which state it has. Every member announces its own.
 *
 * @param entryFormat the newest format of an entry that it reads
 * @param codecs the codecs that it reads, by id
 * @param commands the commands that it has, by name
 * @param state the schemas of the replicated fields, by {@code bean.field}
 * @param fingerprint the same for builds whose states and values can be compared byte by byte
 */
public record BuildCatalogue(
        int entryFormat,
        SortedSet<String> codecs,
        Map<String, Versions> commands,
        Map<String, String> state,
        String fingerprint) {

    /** Under which name members announce it. */
    public static final String PART = "catalogue";

    /** Leaves room for what else a member announces: digests of its state take up to a half. */
    private static final int LARGEST = RaftNode.MAX_ANNOUNCEMENT_BYTES / 2 - 1_024;

    /**
     * Of one command.
     *
     * @param oldest entries of this version and of those after it can be brought to the newest
     * @param newest the one that the build itself proposes
     * @param arguments how the arguments of the newest are written
     * @param result how its result is
     */
    public record Versions(int oldest, int newest, Form arguments, Form result) {

        /** Of forms that are not known. */
        public Versions(int oldest, int newest) {
            this(oldest, newest, Form.UNKNOWN, Form.UNKNOWN);
        }

        boolean contain(int version) {
            return oldest <= version && version <= newest;
        }
    }

    /**
     * How something is written.
     *
     * @param hash of the words, as {@link WrittenForms} has it; 0 if nothing is known
     * @param words empty if they were too many to be told
     */
    public record Form(long hash, String words) {

        static final Form UNKNOWN = new Form(0, "");

        static Form of(String words) {
            return new Form(WrittenForms.hash(words), words);
        }

        /** Whether the two are known, and not the same. */
        boolean differs(Form other) {
            return hash != 0 && other.hash != 0 && hash != other.hash;
        }

        @Override
        public String toString() {
            return words.isEmpty() ? "what it does not say" : words;
        }
    }

    /**
     * One command as a build has it.
     *
     * @param oldest entries of this version and of those after it can be brought to the newest
     * @param newest the one that the build itself proposes
     * @param arguments the types of what is written of a call
     * @param result the type of what is written of its result
     */
    public record Command(String name, int oldest, int newest, List<Type> arguments, Type result) {

        private Versions versions() {
            return new Versions(
                    oldest, newest, Form.of(WrittenForms.ofArguments(arguments)), Form.of(WrittenForms.words(result)));
        }
    }

    /**
     * Of this build.
     *
     * @param codecs ids
     * @param state schemas by {@code bean.field}
     */
    public static BuildCatalogue of(Collection<Command> has, Collection<String> codecs, Map<String, String> state) {
        SortedMap<String, Command> inOrder = new TreeMap<>();
        has.forEach(command -> inOrder.put(command.name(), command));
        Map<String, Versions> commands = new TreeMap<>();
        inOrder.forEach((name, command) -> commands.put(name, command.versions()));
        Map<String, String> schemas = new TreeMap<>(state);
        SortedSet<String> ids = new TreeSet<>(codecs);
        return new BuildCatalogue(
                WireFormat.VERSION, ids, commands, schemas, fingerprint(ids, commands, schemas, inOrder.values()));
    }

    /** Of two builds that print it alike, a value of the one has the form that it has in the other. */
    private static String fingerprint(
            SortedSet<String> codecs,
            Map<String, Versions> commands,
            Map<String, String> state,
            Collection<Command> inOrder) {
        StringBuilder words = new StringBuilder();
        words.append(codecs).append(commands).append(state);
        for (Command command : inOrder) {
            command.arguments()
                    .forEach(type -> words.append(StateSchema.of(ResolvableType.forType(type)))
                            .append(','));
            words.append(StateSchema.of(ResolvableType.forType(command.result())))
                    .append(';');
        }
        return HexFormat.of().formatHex(Sha256.begin().digest(words.toString().getBytes(UTF_8)), 0, 8);
    }

    /** Whether the build has the command in that version or a later one. */
    public boolean knows(String command, int version) {
        Versions versions = commands.get(command);
        return versions != null && version <= versions.newest();
    }

    /** Whether the build can apply an entry that needs this, as far as this alone decides. */
    boolean meets(Requirement requirement) {
        if (requirement.isCodec()) {
            return entryFormat >= WireFormat.VERSION && codecs.contains(requirement.name());
        }
        Versions versions = commands.get(requirement.name());
        return versions != null && versions.contain(requirement.version());
    }

    /** The command there, if both builds propose it in the same version and so must mean the same; else null. */
    @Nullable Versions sameVersion(String command, BuildCatalogue other) {
        Versions here = commands.get(command);
        Versions there = other.commands.get(command);
        return here != null && there != null && here.newest() == there.newest() ? there : null;
    }

    /** What entries need that the build proposes, or could. */
    List<Requirement> requirements() {
        List<Requirement> requirements = new ArrayList<>();
        commands.forEach((name, versions) -> requirements.add(Requirement.command(name, versions.newest())));
        codecs.forEach(id -> requirements.add(Requirement.codec(id)));
        return requirements;
    }

    /** What this build has and the other has not, in words. */
    SortedSet<String> missingIn(BuildCatalogue other) {
        SortedSet<String> missing = new TreeSet<>();
        requirements().stream().filter(each -> !other.meets(each)).forEach(each -> missing.add(each.toString()));
        if (!other.state.isEmpty()) {
            state.forEach((field, type) -> {
                if (!type.equals(other.state.get(field))) {
                    missing.add("state '" + field + "', a " + type);
                }
            });
        }
        return missing;
    }

    /** @throws IllegalStateException if there are too many commands to be announced */
    public byte[] toBytes() {
        ApplicationCatalogue.Builder catalogue = ApplicationCatalogue.newBuilder()
                .setEntryFormat(entryFormat)
                .addAllCodecs(codecs)
                .setFingerprint(fingerprint);
        commands.forEach((name, versions) -> catalogue.addCommands(CatalogueCommand.newBuilder()
                .setName(name)
                .setOldestVersion(versions.oldest())
                .setVersion(versions.newest())
                .setArgumentsForm(versions.arguments().hash())
                .setResultForm(versions.result().hash())));
        byte[] without = catalogue.build().toByteArray();
        if (without.length > LARGEST) {
            throw new IllegalStateException("The application has " + commands.size()
                    + " replicated commands, whose names have more bytes together than the " + LARGEST
                    + " that members can tell each other. Give them shorter names, or let fewer commands do more.");
        }
        Map<String, CatalogueBean.Builder> beans = new TreeMap<>();
        state.forEach((field, type) -> {
            int dot = field.lastIndexOf('.');
            String bean = field.substring(0, dot);
            beans.computeIfAbsent(bean, name -> CatalogueBean.newBuilder().setName(name))
                    .addFields(CatalogueField.newBuilder()
                            .setName(field.substring(dot + 1))
                            .setType(type));
        });
        beans.values().forEach(catalogue::addBeans);
        byte[] withState = catalogue.build().toByteArray();
        int position = 0;
        for (Versions versions : commands.values()) {
            catalogue
                    .getCommandsBuilder(position++)
                    .setArguments(versions.arguments().words())
                    .setResult(versions.result().words());
        }
        byte[] whole = catalogue.build().toByteArray();
        return Stream.of(whole, withState, without)
                .filter(each -> each.length <= LARGEST)
                .findFirst()
                .orElse(without);
    }

    /** @throws InvalidProtocolBufferException if these bytes are no catalogue */
    static BuildCatalogue parse(byte[] bytes) throws InvalidProtocolBufferException {
        ApplicationCatalogue catalogue = ApplicationCatalogue.parseFrom(bytes);
        Map<String, Versions> commands = new TreeMap<>();
        catalogue
                .getCommandsList()
                .forEach(command -> commands.put(
                        command.getName(),
                        new Versions(
                                command.getOldestVersion(),
                                command.getVersion(),
                                new Form(command.getArgumentsForm(), command.getArguments()),
                                new Form(command.getResultForm(), command.getResult()))));
        Map<String, String> state = new TreeMap<>();
        catalogue
                .getBeansList()
                .forEach(bean -> bean.getFieldsList()
                        .forEach(field -> state.put(bean.getName() + "." + field.getName(), field.getType())));
        return new BuildCatalogue(
                catalogue.getEntryFormat(),
                new TreeSet<>(catalogue.getCodecsList()),
                commands,
                state,
                catalogue.getFingerprint());
    }
}
