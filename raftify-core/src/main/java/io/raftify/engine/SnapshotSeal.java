package io.raftify.engine;

import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Length and checksum of the engine's own file in a snapshot, kept beside it: it says which entries the snapshot stands for. */
final class SnapshotSeal {

    static final String NAME = "raftify_seal";

    private static final int BYTES = 2 * Long.BYTES;

    private SnapshotSeal() {}

    /** Writes and syncs it. */
    static void write(Path snapshot) throws IOException {
        try (FileChannel channel = FileChannel.open(
                snapshot.resolve(NAME),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer seal = of(snapshot);
            while (seal.hasRemaining()) {
                channel.write(seal);
            }
            channel.force(true);
        }
        // Its name, too, or a loss of power would leave a snapshot without it.
        try (FileChannel directory = FileChannel.open(snapshot, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** @throws IOException if the file is not what was sealed */
    static void verify(Path snapshot) throws IOException {
        ByteBuffer found;
        try {
            if (Files.size(snapshot.resolve(NAME)) != BYTES) {
                throw new IOException("its file '" + NAME + "' does not have " + BYTES + " bytes");
            }
            found = ByteBuffer.wrap(Files.readAllBytes(snapshot.resolve(NAME)));
            if (found.equals(of(snapshot))) {
                return;
            }
        } catch (NoSuchFileException missing) {
            throw new IOException("its file '" + Path.of(missing.getFile()).getFileName() + "' is missing", missing);
        }
        throw new IOException(
                "its file '" + Snapshot.JRAFT_SNAPSHOT_META_FILE + "' does not fit its checksum in '" + NAME + "'");
    }

    private static ByteBuffer of(Path snapshot) throws IOException {
        byte[] sealed = Files.readAllBytes(snapshot.resolve(Snapshot.JRAFT_SNAPSHOT_META_FILE));
        CRC32C checksum = new CRC32C();
        checksum.update(sealed);
        return ByteBuffer.allocate(BYTES)
                .putLong(sealed.length)
                .putLong(checksum.getValue())
                .flip();
    }
}
