package io.raftify.engine;

import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotWriter;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's snapshots on disk, of which the one before is removed when a new one is there. One that this member writes is
 * read back by {@link SnapshotFile#write}; one that comes from a peer is synced and read here, before it takes the other's
 * place: the engine itself would notice a damaged one only when it is restored, with nothing left to go back to.
 *
 * <p>Which index and term a snapshot stands for is in a file of the engine's that has no checksum. It gets one in a
 * {@link SnapshotSeal}, and is read only if that fits.
 */
final class ProvenSnapshots extends LocalSnapshotStorage {

    private static final Logger log = LoggerFactory.getLogger(ProvenSnapshots.class);

    private final Path path;
    private final RaftOptions options;

    ProvenSnapshots(String path, String temporaryPath, RaftOptions options) {
        super(path, temporaryPath, options);
        this.path = Path.of(path);
        this.options = options;
    }

    /** @throws NodeStartException if the newest one is not what was written */
    @Override
    public boolean init(@Nullable Void none) {
        if (!super.init(none)) {
            return false;
        }
        long newest = getLastSnapshotIndex();
        if (newest != 0) {
            Path snapshot = path.resolve(Snapshot.JRAFT_SNAPSHOT_PREFIX + newest);
            try {
                SnapshotSeal.verify(snapshot);
            } catch (IOException damaged) {
                throw new NodeStartException(
                        Reason.CORRUPT,
                        "The snapshot in " + snapshot + " is damaged: " + damaged.getMessage()
                                + ". It is not used."
                                + " Start this member with an empty data directory only while every other member is up and"
                                + " none of them lags: its data then comes from them.",
                        damaged);
            }
        }
        return true;
    }

    /** For one that this member writes. */
    @Override
    public @Nullable SnapshotWriter create() {
        return sealed(super.create(true), false);
    }

    /** For one that comes from a peer. */
    @Override
    public @Nullable SnapshotWriter create(boolean fromEmpty) {
        return sealed(super.create(fromEmpty), true);
    }

    private @Nullable SnapshotWriter sealed(@Nullable SnapshotWriter created, boolean arriving) {
        if (created == null) {
            return null;
        }
        Sealed sealed = new Sealed(created.getPath(), this, options, arriving);
        return sealed.init(null) ? sealed : null;
    }

    private static final class Sealed extends LocalSnapshotWriter {

        private boolean proven;

        Sealed(String path, LocalSnapshotStorage storage, RaftOptions options, boolean arriving) {
            super(path, storage, options);
            this.proven = !arriving;
        }

        /**
         * The engine calls it after each file that it has copied, and at the end. If it fails, the disk has failed, and with
         * it the member; if it throws, a copy is given up, and the leader sends another one later.
         */
        @Override
        public boolean sync() throws IOException {
            if (!proven && listFiles().contains(SnapshotFile.NAME)) {
                Path file = Path.of(getPath(), SnapshotFile.NAME);
                if (!synced(file)) {
                    return false;
                }
                SnapshotFile.verify(file);
                proven = true;
            }
            return super.sync() && isSealed();
        }

        private boolean isSealed() {
            try {
                SnapshotSeal.write(Path.of(getPath()));
                return true;
            } catch (IOException failed) {
                log.error("The snapshot in {} could not be sealed", getPath(), failed);
                return false;
            }
        }

        private static boolean synced(Path file) throws ClosedByInterruptException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
                return true;
            } catch (ClosedByInterruptException givenUp) {
                throw givenUp;
            } catch (IOException failed) {
                log.error("The snapshot {} that came from the leader could not be synced", file, failed);
                return false;
            }
        }
    }
}
