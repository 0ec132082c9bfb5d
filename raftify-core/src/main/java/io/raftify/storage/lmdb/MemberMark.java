package io.raftify.storage.lmdb;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;

/**
 * {@code <data directory>/member.id}: says, beside the log, that there is one, and which. Without it, a log that was
 * lost or deleted would look like that of a new member, and the member would forget what it acknowledged and whom it
 * voted for.
 */
final class MemberMark {

    static final String FILE = "member.id";

    private static final String INCARNATION = "incarnation";

    private final Path file;

    MemberMark(Path dataDirectory) {
        this.file = dataDirectory.resolve(FILE);
    }

    /** A new log may be begun only where none was. */
    void requireAbsent() throws DamagedException {
        if (Files.exists(file)) {
            throw new DamagedException("it is gone or empty, though " + file + " says that this member had one");
        }
    }

    /** The log must be the one this was written for. Written now if it is missing: the process ended before it was. */
    void match(StoreIdentity identity) throws IOException, DamagedException {
        if (!Files.exists(file)) {
            write(identity);
            return;
        }
        String incarnation = String.valueOf(read().getProperty(INCARNATION));
        if (!incarnation.equals(identity.incarnation().toString())) {
            throw new DamagedException("it is incarnation " + identity.incarnation() + ", but " + file
                    + " belongs to incarnation " + incarnation + ": one of them was copied here or restored");
        }
    }

    private Properties read() throws IOException, DamagedException {
        Properties found = new Properties();
        try {
            found.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
        } catch (CharacterCodingException | IllegalArgumentException notOurs) {
            // The one for bytes that are no UTF-8, the other for an escape that is none.
            throw new DamagedException(file + ", which says whose it is, cannot be read: " + notOurs, notOurs);
        }
        return found;
    }

    /** Whole or not at all, also if power is lost. */
    private void write(StoreIdentity identity) throws IOException {
        String content = "# Belongs to the directory 'log' beside it. Delete neither without the other.\n"
                + "node-id=" + identity.nodeId() + "\n"
                + "cluster=" + identity.clusterName() + "\n"
                + "created=" + identity.createdAt() + "\n"
                + INCARNATION + "=" + identity.incarnation() + "\n";
        Path written = file.resolveSibling(FILE + ".new");
        try (FileChannel channel = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
