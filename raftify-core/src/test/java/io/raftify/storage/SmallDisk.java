package io.raftify.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few megabytes, which can be filled. It lies in memory; the right to mount one is needed. */
public final class SmallDisk implements AutoCloseable {

    private final Path directory;
    private final Path ballast;

    private SmallDisk(Path directory) {
        this.directory = directory;
        this.ballast = directory.resolve("ballast");
    }

    /** Skips the test, saying why, where this user may not mount one. */
    public static SmallDisk mount(Path directory, int megabytes) throws Exception {
        Files.createDirectories(directory);
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString()),
                "SKIPPED: a full disk cannot be tried, since this user may not mount a small tmpfs");
        return new SmallDisk(directory);
    }

    public Path directory() {
        return directory;
    }

    public long free() {
        return directory.toFile().getUsableSpace();
    }

    /** Takes space until so many bytes are free. */
    public void leave(long bytes) throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (free() > bytes) {
                out.write(page);
            }
        }
    }

    public void makeRoom() throws IOException {
        Files.deleteIfExists(ballast);
    }

    @Override
    public void close() throws Exception {
        assertThat(run("umount", directory.toString())).as("unmounted").isTrue();
    }

    private static boolean run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException noSuchCommand) {
            return false;
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() == 0;
    }
}
