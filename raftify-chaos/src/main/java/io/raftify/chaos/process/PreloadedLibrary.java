package io.raftify.chaos.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Small libraries that come between a member and the operating system; compiled where they are used. */
final class PreloadedLibrary {

    /** The variable by which a process is told to load it. */
    static final String VARIABLE = "LD_PRELOAD";

    private PreloadedLibrary() {}

    /** What this machine lacks; null if it lacks nothing. */
    static @Nullable String missing() {
        return Commands.succeeds("gcc", "--version") ? null : "there is no gcc on the PATH";
    }

    /**
     * @param name of the source beside this class
     * @return the library
     */
    static String compile(String name, Path work) {
        Path source = work.resolve(name + ".c");
        Path library = work.resolve(name + ".so");
        try (InputStream in = Objects.requireNonNull(PreloadedLibrary.class.getResourceAsStream(name + ".c"))) {
            Files.copy(in, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Commands.run("gcc", "-O1", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
        return library.toString();
    }

    /** Writes numbers into a file that libraries have mapped: the same file, so that they see them at once. */
    static void tell(Path file, ByteBuffer numbers) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(numbers, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
