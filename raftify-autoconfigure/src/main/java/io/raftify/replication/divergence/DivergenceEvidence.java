package io.raftify.replication.divergence;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.wire.Checkpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a diverged member has, for whoever looks for the reason: who had which digests, and the state itself. */
public final class DivergenceEvidence {

    private static final Logger log = LoggerFactory.getLogger(DivergenceEvidence.class);

    /** While it is there, the member does not serve. */
    static final String MARK = "not-serving.txt";

    private final Supplier<@Nullable Path> directory;
    private final Supplier<StateMachine> stateMachine;

    /** @param directory null if nothing can be kept */
    public DivergenceEvidence(Supplier<@Nullable Path> directory, Supplier<StateMachine> stateMachine) {
        this.directory = directory;
        this.stateMachine = stateMachine;
    }

    /** @return where it is, in words */
    String keep(long index, Map<String, Checkpoint> taken, DigestVote vote) {
        Path into = directory.get();
        if (into == null) {
            return "not kept, since this member keeps nothing on disk";
        }
        try {
            Files.createDirectories(into);
            Files.write(into.resolve("after-" + index + ".txt"), describe(index, taken, vote));
            Path image = into.resolve("after-" + index + ".state");
            StateSnapshot state = stateMachine.get().snapshot();
            try (OutputStream out = Files.newOutputStream(image)) {
                state.writeTo(out);
            }
            return "in " + into;
        } catch (IOException | RuntimeException notKept) {
            log.warn("The evidence of a divergence could not be kept in {}", into, notKept);
            return "not kept: " + notKept;
        }
    }

    /** So that a restart does not make the member serve again what it has on disk. */
    void remember(String reason) {
        Path into = directory.get();
        if (into == null) {
            return;
        }
        try {
            Files.createDirectories(into);
            Files.writeString(into.resolve(MARK), reason);
        } catch (IOException notKept) {
            log.error(
                    "Member must not be restarted with its data directory: that its state differs could not be noted in"
                            + " {}",
                    into,
                    notKept);
        }
    }

    /**
     * Why the state on disk must not be served; null if it may.
     *
     * @throws UncheckedIOException if that cannot be read
     */
    @Nullable String remembered() {
        Path into = directory.get();
        if (into == null || !Files.exists(into.resolve(MARK))) {
            return null;
        }
        try {
            return Files.readString(into.resolve(MARK));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("The note " + into.resolve(MARK) + " cannot be read", unreadable);
        }
    }

    /** Another state has taken the place of the one that differed. */
    void forget() {
        Path into = directory.get();
        if (into == null) {
            return;
        }
        try {
            Files.deleteIfExists(into.resolve(MARK));
        } catch (IOException stays) {
            log.warn("The note {} could not be removed: the next start takes the state for a wrong one", MARK, stays);
        }
    }

    private static List<String> describe(long index, Map<String, Checkpoint> taken, DigestVote vote) {
        List<String> lines = new ArrayList<>();
        lines.add("Digests after entry " + index + "; different in " + vote.fields() + "; odd " + vote.odd());
        taken.forEach((member, checkpoint) -> checkpoint
                .getFieldsList()
                .forEach(field -> lines.add(member + "  " + field.getField() + "  "
                        + HexFormat.of().formatHex(field.getDigest().toByteArray()))));
        return lines;
    }
}
