package io.raftify.benchmarks.occasion;

import io.raftify.benchmarks.report.Fact;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A member with an empty disk joins two whose state is large and whose log begins behind a snapshot. The state machine
 * keeps nothing of that state on the heap, and the processes have a heap smaller than it: what they use is what the
 * install needs.
 */
public final class SnapshotInstall {

    private static final String HEAP = "-Xmx64m";

    private SnapshotInstall() {}

    public static List<Fact> measure(int megabytes, String classPath, Path work) throws IOException {
        Path data = Files.createDirectories(work.resolve("install"));
        List<Process> processes = new ArrayList<>();
        String size = Integer.toString(megabytes);
        try {
            Process first = start(classPath, data, size, "0", processes);
            Process second = start(classPath, data, size, "1", processes);
            awaitLine(first, "SNAPSHOT");
            awaitLine(second, "SNAPSHOT");
            Process third = start(classPath, data, size, "2", processes);
            double seconds = Double.parseDouble(awaitLine(third, "RESTORED"));
            String peak = awaitLine(third, "PEAK");
            String most = awaitLine(first, "PEAK");
            String other = awaitLine(second, "PEAK");
            double read = LogRestart.secondsToRead(LogRestart.largestFile(data.resolve("n1/snapshots")));
            return List.of(new Fact(
                    "G15: install of a snapshot on an empty member, three processes with " + HEAP,
                    megabytes + " MiB of state",
                    String.format(
                            Locale.ROOT,
                            "%.1f s from the start of the member to the restored state; reading the file takes"
                                    + " %.2f s, ratio %.1f (≤ 5; ≤ 2); heap at most, garbage included: the one that installs %s MiB, the"
                                    + " others %s and %s MiB",
                            seconds,
                            read,
                            seconds / read,
                            peak,
                            most,
                            other)));
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process start(String classPath, Path data, String size, String member, List<Process> processes)
            throws IOException {
        Process process = Child.start(classPath, data, SnapshotInstallMain.class, HEAP, data.toString(), size, member);
        processes.add(process);
        return process;
    }

    private static String awaitLine(Process process, String wanted) throws IOException {
        // Left open: the process goes on writing.
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(wanted)) {
                return line.substring(wanted.length()).trim();
            }
        }
        throw new IllegalStateException("A member ended before it said " + wanted);
    }
}
