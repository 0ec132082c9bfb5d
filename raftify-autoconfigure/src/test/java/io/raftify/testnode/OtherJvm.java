package io.raftify.testnode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of this Java and these classes, with a heap of its own. */
public final class OtherJvm {

    private OtherJvm() {}

    /**
     * To be started; what it prints comes in one stream.
     *
     * @param heap the most it may have, as in {@code -Xmx}
     */
    public static ProcessBuilder command(String heap, Class<?> main, List<String> arguments) {
        return command(heap, classPath(), main, arguments);
    }

    public static ProcessBuilder command(String heap, String classPath, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** Surefire's own is a jar that only names the others. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
