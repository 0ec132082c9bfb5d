package io.raftify.replication.divergence;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.wire.Checkpoint;
import java.io.IOException;
import java.io.OutputStream;
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
