package io.raftify.storage.lmdb;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * One process, and one member in it, per data directory: LMDB does not notice being opened twice.
 *
 * <p>Between processes, the operating system's lock on {@code member.lock} decides, so a file left behind by a process
 * that was killed blocks nobody. Its content only says, for people, who holds it. Within this process the lock of a file
 * does not hold, and closing any other channel on the file would even release it; so a set of the open directories is
 * asked first, and the file is not touched if it is among them.
 */
final class DirectoryLock implements AutoCloseable {

    static final String FILE = "member.lock";

    /** Locked instead of the content, since on some systems nobody else can read what is locked. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private static final int LONGEST_OWNER = 4096;

    private static final Map<Path, String> OPEN_HERE = new HashMap<>();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Creates the directory if need be and takes its lock. */
    static DirectoryLock acquire(Path dataDirectory, String clusterName, String nodeId) {
        Path directory = create(dataDirectory);
        String owner = "pid " + ProcessHandle.current().pid() + ", member '" + nodeId + "' of cluster '" + clusterName
                + "', since " + Instant.now();
        synchronized (OPEN_HERE) {
            String other = OPEN_HERE.get(directory);
            if (other != null) {
                throw inUse(directory, "this process itself (" + other + ")");
            }
            DirectoryLock lock = lock(directory, owner);
            OPEN_HERE.put(directory, owner);
            return lock;
        }
    }

    private static Path create(Path directory) {
        try {
            Directories.create(directory);
            return directory.toRealPath();
        } catch (IOException e) {
            String why = Files.exists(directory) && !Files.isDirectory(directory)
                    ? "there is a file of that name"
                    : "it cannot be created (" + e + ")";
            throw StartFailures.unwritable(directory, why, e);
        }
    }

    private static DirectoryLock lock(Path directory, String owner) {
        FileChannel channel = null;
        boolean kept = false;
        try {
            channel = FileChannel.open(
                    directory.resolve(FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw inUse(directory, "another process (" + read(channel) + ")");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((owner + "\n").getBytes(StandardCharsets.UTF_8)), 0);
            kept = true;
            return new DirectoryLock(directory, channel);
        } catch (IOException e) {
            throw StartFailures.unwritable(directory, "the file " + FILE + " in it cannot be written (" + e + ")", e);
        } finally {
            if (channel != null && !kept) {
                close(channel);
            }
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(LONGEST_OWNER);
        channel.read(content, 0);
        String owner = new String(content.array(), 0, content.position(), StandardCharsets.UTF_8).strip();
        return owner.isEmpty() ? "it has not said yet which" : owner;
    }

    private static NodeStartException inUse(Path directory, String owner) {
        return new NodeStartException(
                Reason.DIRECTORY_IN_USE,
                "The data directory " + directory + " is in use by " + owner
                        + ". Stop that one, or set raftify.data-dir to another directory: every member needs its own.");
    }

    /** Idempotent. The file stays: deleting it could take it from someone who has just opened it. */
    @Override
    public void close() {
        synchronized (OPEN_HERE) {
            if (channel.isOpen()) {
                close(channel);
                OPEN_HERE.remove(directory);
            }
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock of a data directory could not be released", e);
        }
    }
}
