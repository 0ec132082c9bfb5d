package io.raftify.storage.lmdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Directories that are still there after a loss of power. LMDB syncs its file, but not the directories that make it
 * findable: a new store could be gone with everything it acknowledged.
 */
final class Directories {

    private Directories() {}

    /** Creates a directory and its parents; syncs the entry of each that is new. */
    static void create(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (!Files.isDirectory(directory)) {
            if (parent != null) {
                create(parent);
            }
            Files.createDirectories(directory);
            if (parent != null) {
                sync(parent);
            }
        }
    }

    /** Makes what was created in a directory durable. Windows cannot open directories, and journals them itself. */
    static void sync(Path directory) throws IOException {
        if (!System.getProperty("os.name").startsWith("Windows")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
