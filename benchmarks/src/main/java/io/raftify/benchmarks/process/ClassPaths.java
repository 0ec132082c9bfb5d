package io.raftify.benchmarks.process;

import io.raftify.benchmarks.contender.Contender;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What each contender's processes may load. Our engine and the published one have classes of the same names. */
public final class ClassPaths {

    private static final List<String> SHARED = List.of("HdrHistogram-", "jspecify-");

    private final Path module;

    /** @param module this module's directory, built */
    public ClassPaths(Path module) {
        this.module = module;
    }

    /** For processes of ours that are no contender's. */
    public String ours() throws IOException {
        return of(Contender.NODE);
    }

    String of(Contender contender) throws IOException {
        Path classes = module.resolve("target/classes");
        Path libraries = module.resolve("target/lib");
        if (contender != Contender.SOFAJRAFT) {
            return classes + File.pathSeparator + libraries.resolve("*");
        }
        StringBuilder path = new StringBuilder(classes.toString());
        try (Stream<Path> jars = Files.list(libraries)) {
            jars.filter(jar -> SHARED.stream().anyMatch(jar.getFileName().toString()::startsWith))
                    .forEach(jar -> path.append(File.pathSeparator).append(jar));
        }
        return path.append(File.pathSeparator)
                .append(module.resolve("sofajraft/target/lib/*"))
                .toString();
    }
}
