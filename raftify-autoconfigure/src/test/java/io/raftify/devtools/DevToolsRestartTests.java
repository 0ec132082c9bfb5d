package io.raftify.devtools;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.engine.FreePorts;
import io.raftify.testnode.OtherJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With spring-boot-devtools the application's classes are loaded anew at each change, and its context is made anew in the same
 * process, so that the member must have let go of its port and its directory by then.
 */
class DevToolsRestartTests {

    @TempDir
    Path directory;

    @Test
    void theMemberComesBackWithItsStateInTheSameProcessAndLeavesNothingBehind() throws Exception {
        Path devtools =
                Path.of("target", "devtools", "spring-boot-devtools.jar").toAbsolutePath();
        assertThat(devtools).exists();
        // The library is a jar in an application, and no part of what is loaded anew.
        Path settings = Files.createDirectories(directory.resolve("settings/META-INF"));
        Files.writeString(
                settings.resolve("spring-devtools.properties"),
                "restart.exclude.library=/raftify-[a-z]+/target/classes/\n"
                        + "restart.exclude.fixtures=/raftify-(core|jraft)/target/test-classes/\n");
        Path output = directory.resolve("output");
        Process application = OtherJvm.command(
                        "256m",
                        String.join(
                                File.pathSeparator,
                                settings.getParent().toString(),
                                OtherJvm.classPath(),
                                devtools.toString()),
                        DevToolsApplication.class,
                        List.of(
                                "--raftify.node-id=n1",
                                "--raftify.cluster.peers.n1=127.0.0.1:"
                                        + FreePorts.find(1).get(0),
                                "--raftify.data-dir=" + directory.resolve("data"),
                                // It restarts when it is told to alone, not when a file changes beside it.
                                "--spring.devtools.restart.enabled=false",
                                "--spring.main.web-application-type=none"))
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(application.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            application.destroyForcibly();
        }
        assertThat(output).content().contains("start 1: counted 1", "start 2: counted 2", "start 3: counted 3");
        List<String> threads = Pattern.compile("threads of the library: (\\d+)")
                .matcher(Files.readString(output))
                .results()
                .map(result -> result.group(1))
                .toList();
        assertThat(threads).as("after each start").hasSize(3);
        assertThat(Integer.parseInt(threads.get(2))).isLessThanOrEqualTo(Integer.parseInt(threads.get(0)) + 2);
        assertThat(output).content().contains("RestartClassLoader").contains("stopped with 0 threads of the library");
        assertThat(application.exitValue()).isZero();
    }
}
