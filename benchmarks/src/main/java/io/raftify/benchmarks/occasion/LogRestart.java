package io.raftify.benchmarks.occasion;

import io.raftify.benchmarks.report.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A member with a million entries and no snapshot is started again, in a new process. */
public final class LogRestart {

    private static final String GROUP = "G15: restart of a member with a long log, no snapshot";

    private LogRestart() {}

    public static List<Fact> measure(int entries, String classPath, Path work)
            throws IOException, InterruptedException {
        Path data = Files.createDirectories(work.resolve("restart"));
        String count = Integer.toString(entries);
        Child.run(classPath, data, LogRestartMain.class, "-Xmx512m", "write", data.toString(), count);
        double seconds = Double.parseDouble(
                Child.run(classPath, data, LogRestartMain.class, "-Xmx512m", "start", data.toString(), count));
        Path file = largestFile(data.resolve("n1"));
        double read = secondsToRead(file);
        return List.of(new Fact(
                GROUP,
                String.format(Locale.ROOT, "%,d entries of 128 B, %,d MiB", entries, Files.size(file) >> 20),
                String.format(
                        Locale.ROOT,
                        "%.2f s until all are applied again; reading the file takes %.2f s; ratio %.1f (≤ 5; ≤ 2)",
                        seconds,
                        read,
                        seconds / read)));
    }

    static Path largestFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    /** From the page cache mostly, as the member reads it too when it was just stopped. */
    static double secondsToRead(Path file) throws IOException {
        byte[] buffer = new byte[1 << 20];
        long begin = System.nanoTime();
        try (InputStream in = Files.newInputStream(file)) {
            while (in.read(buffer) >= 0) {
                // only the time counts
            }
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
