package io.raftify.replication;

import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.wire.CommandEnvelope;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Reads the arguments of a command, of its own version and of those from which there are {@link CommandUpcaster}s. */
final class Upcasters {

    private static final Logger log = LoggerFactory.getLogger(Upcasters.class);

    private final CborFormat format;

    /** By command and the version from which they lead to the next. */
    private final Map<String, Map<Integer, Named>> steps = new HashMap<>();

    private Upcasters(CborFormat format) {
        this.format = format;
    }

    /**
     * Checks the upcasters against the commands of the application.
     *
     * @param found by bean name
     * @param commands by name
     * @throws ReplicatedBeanException if one leads nowhere
     */
    static Upcasters of(Map<String, CommandUpcaster> found, Map<String, ReplicatedMethod> commands, CborFormat format) {
        Upcasters upcasters = new Upcasters(format);
        new TreeMap<>(found).forEach((name, upcaster) -> {
            Named named = new Named(name, upcaster);
            ReplicatedMethod command = commands.get(upcaster.command());
            if (command == null) {
                throw named.refused(
                        "It brings up the command '" + upcaster.command() + "', which this application does not have.",
                        "Name a command as its @ReplicatedCommand does, or remove the bean.");
            }
            if (upcaster.fromVersion() < 1 || upcaster.fromVersion() >= command.version()) {
                throw named.refused(
                        "It begins at version " + upcaster.fromVersion() + " of the " + command + ", whose version is "
                                + command.version() + ".",
                        command.version() == 1
                                ? "Declare the new version on the method: @ReplicatedCommand(value = \""
                                        + upcaster.command() + "\", version = 2)."
                                : "Begin at a version from 1 to " + (command.version() - 1) + ".");
            }
            Named other = upcasters
                    .steps
                    .computeIfAbsent(upcaster.command(), first -> new HashMap<>())
                    .putIfAbsent(upcaster.fromVersion(), named);
            if (other != null) {
                throw named.refused(
                        "It begins at version " + upcaster.fromVersion() + " of the " + command + ", as the bean '"
                                + other.beanName + "' does.",
                        "Keep one of the two.");
            }
        });
        return upcasters;
    }

    /** What happens at an entry from which no way leads to the method is worth knowing before it happens. */
    void warnOfGaps(Iterable<ReplicatedMethod> commands) {
        for (ReplicatedMethod command : commands) {
            int oldest = oldest(command);
            if (oldest > 1) {
                log.warn(
                        "The {} is version {}, and no CommandUpcaster leads there from version {}: a member that finds an"
                                + " entry of that version in its log will park before it",
                        command,
                        command.version(),
                        oldest - 1);
            }
        }
    }

    /** Entries of this version and of all after it can be read. */
    int oldest(ReplicatedMethod command) {
        Map<Integer, Named> known = steps.getOrDefault(command.command(), Map.of());
        int oldest = command.version();
        while (known.containsKey(oldest - 1)) {
            oldest--;
        }
        return oldest;
    }

    /**
     * The arguments in the entry, as the method takes them.
     *
     * @param codec the one that wrote the entry
     * @throws UnsupportedEntryException if they cannot be read by this build of the application
     */
    @Nullable Object[] arguments(
            long index, String proposer, CommandEnvelope envelope, ReplicatedMethod method, CommandCodec codec) {
        String where = "Entry " + index + ", proposed by '" + proposer + "'";
        byte[] payload = envelope.getPayload().toByteArray();
        int version = envelope.getVersion();
        if (version > method.version()) {
            throw new UnsupportedEntryException(where + ", holds the command '" + method.command() + "' version "
                    + version + ", this application has version " + method.version()
                    + ": deploy here a version that has it.");
        }
        String how = "";
        try {
            if (version < method.version()) {
                how = ", brought up from version " + version;
                payload = upcast(where, payload, version, method, codec);
            }
            return codec.decodeCall(method, payload);
        } catch (IllegalArgumentException unreadable) {
            throw new UnsupportedEntryException(
                    where + how + ": " + unreadable.getMessage() + ". Deploy here a version whose " + method
                            + " takes these arguments.",
                    unreadable);
        }
    }

    private byte[] upcast(String where, byte[] payload, int from, ReplicatedMethod method, CommandCodec codec) {
        String what = where + ", holds the command '" + method.command() + "' version " + from
                + ", this application has version " + method.version();
        if (!codec.id().equals(CborCommandCodec.ID)) {
            throw new UnsupportedEntryException(what + ", and entries of the codec '" + codec.id()
                    + "' cannot be brought up: deploy here a version whose method takes them as they are.");
        }
        Map<Integer, Named> known = steps.getOrDefault(method.command(), Map.of());
        ArrayNode arguments = read(what, payload);
        for (int version = from; version < method.version(); version++) {
            Named step = known.get(version);
            if (step == null) {
                throw new UnsupportedEntryException(what + ", and no CommandUpcaster leads on from version " + version
                        + ": deploy here a version that has one.");
            }
            arguments = step.upcast(what, arguments);
        }
        return format.writeTree(arguments);
    }

    private ArrayNode read(String what, byte[] payload) {
        try {
            JsonNode tree = format.readTree(payload);
            if (tree instanceof ArrayNode arguments) {
                return arguments;
            }
        } catch (JacksonException | IllegalArgumentException unreadable) {
            throw new UnsupportedEntryException(what + ". It cannot be read: " + unreadable.getMessage(), unreadable);
        }
        throw new UnsupportedEntryException(what + ". Its arguments are not an array.");
    }

    private record Named(String beanName, CommandUpcaster upcaster) {

        ReplicatedBeanException refused(String problem, String remedy) {
            return new ReplicatedBeanException(beanName, ClassUtils.getUserClass(upcaster), null, problem, remedy);
        }

        ArrayNode upcast(String what, ArrayNode arguments) {
            ArrayNode next;
            try {
                next = upcaster.upcast(arguments);
            } catch (RuntimeException | StackOverflowError failed) {
                throw new UnsupportedEntryException(
                        what + ". The upcaster '" + beanName + "' from version " + upcaster.fromVersion() + " failed: "
                                + failed + ". Deploy here a version that mends it.",
                        failed);
            }
            if (next == null) {
                throw new UnsupportedEntryException(what + ". The upcaster '" + beanName + "' from version "
                        + upcaster.fromVersion() + " returned null. Deploy here a version that mends it.");
            }
            return next;
        }
    }
}
