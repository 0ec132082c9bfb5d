package io.raftify.benchmarks.occasion;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of our own class path whose last line of output is its answer. */
final class Child {

    private static final long PATIENCE_MINUTES = 10;

    private Child() {}

    static Process start(String classPath, Path logs, Class<?> main, String heap, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                heap,
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        logs.resolve(main.getSimpleName() + ".log").toFile()))
                .start();
    }

    static String run(String classPath, Path logs, Class<?> main, String heap, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(classPath, logs, main, heap, arguments);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String last = null;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0 || last == null) {
                throw new IllegalStateException(main.getSimpleName() + " failed; see its log in " + logs);
            }
            return last;
        } finally {
            process.destroyForcibly();
        }
    }
}
