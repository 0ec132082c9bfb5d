package io.raftify.sample.drill;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** The next version of the sample: the packaged one, and the classes of {@code src/test/next} in it or in their place. */
final class NextBuild {

    private static final Path SOURCES = Path.of("src/test/next").toAbsolutePath();
    private static final String CLASSES = "BOOT-INF/classes/";

    private NextBuild() {}

    /** @return the executable jar */
    static Path of(Path jar, Path work) throws IOException {
        SampleCluster.empty(work.resolve("next-classes"));
        Path classes = Files.createDirectories(work.resolve("next-classes"));
        compile(classes);
        Path next = work.resolve("sample-app-next.jar");
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(Files.newOutputStream(next))) {
            Map<String, Path> replaced = new TreeMap<>();
            for (Path file : below(classes)) {
                replaced.put(CLASSES + classes.relativize(file).toString().replace('\\', '/'), file);
            }
            Enumeration<JarEntry> entries = from.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                if (!replaced.containsKey(entry.getName())) {
                    copy(from, entry, to);
                }
            }
            for (Map.Entry<String, Path> each : replaced.entrySet()) {
                to.putNextEntry(new ZipEntry(each.getKey()));
                Files.copy(each.getValue(), to);
            }
        }
        return next;
    }

    /** As it is there: what is nested must not be compressed. */
    private static void copy(JarFile from, JarEntry entry, OutputStream to) throws IOException {
        JarEntry same = new JarEntry(entry);
        same.setCompressedSize(-1);
        ((JarOutputStream) to).putNextEntry(same);
        try (InputStream content = from.getInputStream(entry)) {
            content.transferTo(to);
        }
    }

    private static void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(
                List.of("-parameters", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        below(SOURCES).forEach(source -> arguments.add(source.toString()));
        if (compiler.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("The next version of the sample does not compile");
        }
    }

    private static List<Path> below(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
