package io.raftify.chaos.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What a worn disk does to a file: a few neighbouring bytes are others than were written.
 *
 * @param bytes how many
 */
record DamagedFile(Path file, long offset, int bytes) {

    private static final int MOST_BYTES = 16;
    /** Much of a file is not used yet; what is not is no damage. */
    private static final int TRIES = 10_000;

    /** Damages one of a member's files, the larger the more likely, where something is written in it. */
    static DamagedFile below(Path directory, RandomGenerator random) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().contains("lock"))
                    .sorted()
                    .toList();
        }
        long size = 0;
        for (Path file : files) {
            size += Files.size(file);
        }
        for (int i = 0; i < TRIES; i++) {
            long offset = random.nextLong(size);
            for (Path file : files) {
                if (offset < Files.size(file)) {
                    DamagedFile damaged = new DamagedFile(file, offset, 1 + random.nextInt(MOST_BYTES));
                    if (damaged.flip(random)) {
                        return damaged;
                    }
                    break;
                }
                offset -= Files.size(file);
            }
        }
        throw new IOException("There is nothing written below " + directory);
    }

    private boolean flip(RandomGenerator random) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(offset);
            if (content.read() <= 0) {
                return false;
            }
            for (long at = offset; at < Math.min(offset + bytes, content.length()); at++) {
                content.seek(at);
                int was = content.read();
                content.seek(at);
                content.write(was ^ 1 << random.nextInt(Byte.SIZE));
            }
            return true;
        }
    }

    @Override
    public String toString() {
        return bytes + " bytes at " + offset + " in " + file.getFileName();
    }
}
