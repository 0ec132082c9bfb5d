package io.raftify.engine;

import io.raftify.node.NodeStartException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the engine keeps snapshots: in the data directory, or, for a member without one, in a temporary directory that
 * goes when the member stops, as its log does.
 *
 * @param temporary whether {@link #release()} removes it
 */
record SnapshotDirectory(Path path, boolean temporary) {

    private static final Logger log = LoggerFactory.getLogger(SnapshotDirectory.class);

    static SnapshotDirectory of(RaftNodeSettings settings) {
        Path dataDir = settings.dataDir();
        try {
            if (settings.storageType() == StorageType.MEMORY || dataDir == null) {
                return new SnapshotDirectory(Files.createTempDirectory("raftify-" + settings.nodeId() + "-"), true);
            }
            return new SnapshotDirectory(Files.createDirectories(dataDir.resolve("snapshots")), false);
        } catch (IOException notMade) {
            throw new NodeStartException(
                    NodeStartException.Reason.DIRECTORY_UNWRITABLE,
                    "The directory for snapshots in " + dataDir + " cannot be created: " + notMade.getMessage(),
                    notMade);
        }
    }

    void release() {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(SnapshotDirectory::delete);
        } catch (IOException | UncheckedIOException left) {
            log.warn("The temporary directory {} could not be removed: {}", path, left.toString());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException left) {
            throw new UncheckedIOException(left);
        }
    }
}
