package io.raftify.engine;

import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotWriter;
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
 */
final class ProvenSnapshots extends LocalSnapshotStorage {

    private static final Logger log = LoggerFactory.getLogger(ProvenSnapshots.class);

    private final RaftOptions options;

    ProvenSnapshots(String path, String temporaryPath, RaftOptions options) {
        super(path, temporaryPath, options);
        this.options = options;
    }

    /** For one that this member writes. */
    @Override
    public @Nullable SnapshotWriter create() {
        return super.create(true);
    }

    /** For one that comes from a peer. */
    @Override
    public @Nullable SnapshotWriter create(boolean fromEmpty) {
        SnapshotWriter created = super.create(fromEmpty);
        if (created == null) {
            return null;
        }
        Arriving arriving = new Arriving(created.getPath(), this, options);
        return arriving.init(null) ? arriving : null;
    }

    private static final class Arriving extends LocalSnapshotWriter {

        private boolean proven;

        Arriving(String path, LocalSnapshotStorage storage, RaftOptions options) {
            super(path, storage, options);
        }

        /**
         * The engine calls it after each file that it has copied. If it fails, the disk has failed, and with it the member; if
         * it throws, the copy is given up, and the leader sends another one later.
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
            return super.sync();
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
