package io.raftify.sample.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One member: {@code java -jar} with the packaged sample. */
final class MemberProcess {

    private final String id;
    private final int restPort;
    private final Path data;
    private final Path log;
    private final List<String> command = new ArrayList<>();
    private final BoxOfficeClient client;
    private Process process;

    MemberProcess(String id, int restPort, Map<String, Integer> memberPorts, Options options) {
        Path work = options.work();
        this.id = id;
        this.restPort = restPort;
        this.data = work.resolve(id);
        this.log = work.resolve(id + ".log");
        this.client = new BoxOfficeClient(restPort);
        List<String> parts = command;
        parts.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        parts.addAll(options.jvmOptions());
        parts.addAll(List.of(
                "-jar",
                options.jar().toString(),
                "--spring.profiles.active=" + id,
                "--server.port=" + restPort,
                "--raftify.data-dir=" + data,
                "--raftify.election.timeout=" + options.electionTimeout().toMillis() + "ms"));
        memberPorts.forEach((peer, port) -> parts.add("--raftify.cluster.peers." + peer + "=127.0.0.1:" + port));
    }

    /** From the next start on, another build of the sample. */
    synchronized void run(Path jar) {
        command.set(command.indexOf("-jar") + 1, jar.toString());
    }

    String id() {
        return id;
    }

    BoxOfficeClient client() {
        return client;
    }

    Path log() {
        return log;
    }

    String describe() {
        return id + " (pid " + process.pid() + ", http://127.0.0.1:" + restPort + ")";
    }

    synchronized void start() {
        try {
            Files.createDirectories(data.getParent());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized boolean alive() {
        return process != null && process.isAlive();
    }

    /** {@code kill -9}, without waiting for the end. */
    synchronized void kill() {
        process.destroyForcibly();
    }

    synchronized void awaitEnd() {
        try {
            if (process != null && !process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException(id + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks it to stop, as Ctrl-C does, and insists after a while. */
    synchronized void stop() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
