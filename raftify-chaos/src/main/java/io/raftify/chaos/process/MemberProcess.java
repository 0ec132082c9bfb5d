package io.raftify.chaos.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.raftify.chaos.process.Wire.Answer;
import io.raftify.chaos.process.Wire.Request;
import io.raftify.chaos.round.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One member: a process that can be killed, paused and started again on the same data. */
final class MemberProcess {

    private static final Duration PATIENCE_FOR_SIGNALS = Duration.ofSeconds(30);

    private final String name;
    private final List<String> command;
    private final Path data;
    private final Path socket;
    private final Path log;
    private volatile @Nullable Process process;
    private volatile @Nullable MemberLink link;
    private final Map<String, String> environment;
    private volatile boolean paused;

    /**
     * @param command that starts it
     * @param environment what is added to the rig's own
     * @param data its data directory
     */
    MemberProcess(
            String name, List<String> command, Map<String, String> environment, Path data, Path socket, Path log) {
        this.name = name;
        this.data = data;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.socket = socket;
        this.log = log;
    }

    /** The JVM of this rig, its class path, and a member's settings. */
    static List<String> java(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MemberMain.class.getName()));
        command.addAll(arguments);
        return command;
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    synchronized void start() {
        if (alive()) {
            return;
        }
        try {
            Files.deleteIfExists(socket);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            process = builder.start();
            paused = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it ended with these words, of the last start. */
    boolean saysLast(String words) {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.subList(Math.max(0, lines.size() - 20), lines.size()).stream()
                    .anyMatch(line -> line.contains(words));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean alive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** Whether it can be asked now. */
    boolean reachable() {
        return link() != null;
    }

    /** {@code kill -9}, and waits until it is gone. */
    synchronized void kill() {
        signalKill();
        awaitEnd();
    }

    /** {@code kill -9}; others can be killed at the same moment. */
    synchronized void signalKill() {
        Process current = process;
        if (current != null) {
            current.destroyForcibly();
        }
    }

    synchronized void awaitEnd() {
        Process current = process;
        try {
            if (current != null && !current.waitFor(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        MemberLink old = link;
        if (old != null) {
            old.end();
        }
        link = null;
    }

    /** {@code kill -9}, and everything it ever wrote is gone. */
    synchronized void loseDisk() {
        kill();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9}, and some bits of what it wrote are not what they were; which, in words. */
    synchronized String damage(RandomGenerator random) {
        kill();
        try {
            return DamagedFile.below(data, random).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code SIGSTOP}, and waits until nothing runs in it any more: on a busy machine that takes some milliseconds. */
    synchronized void pause() {
        Process current = process;
        if (current != null && current.isAlive()) {
            long pid = pid(current);
            signal("STOP", pid);
            paused = true;
            Await.until(name + " stands still", PATIENCE_FOR_SIGNALS, () -> stillRunning(pid));
        }
    }

    synchronized void resume() {
        Process current = process;
        if (paused && current != null && current.isAlive()) {
            signal("CONT", pid(current));
        }
        paused = false;
    }

    /** Of the member itself, when a command in front of it waits for it. */
    private static long pid(Process process) {
        return process.descendants().findFirst().map(ProcessHandle::pid).orElse(process.pid());
    }

    private static void signal(String signal, long pid) {
        Commands.run("kill", "-" + signal, Long.toString(pid));
    }

    /** The threads of a process that has been told to stop and that have not yet; null once there are none. */
    private static @Nullable String stillRunning(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            Set<Character> states = new TreeSet<>();
            for (Path thread : threads.toList()) {
                states.add(state(thread));
            }
            // Once one has stopped, all must before they run again: those in the kernel's hands, too, as during a sync.
            boolean stopped = states.remove('T');
            states.removeAll(Set.of('D', 'Z', 'X'));
            return stopped && states.isEmpty() ? null : "threads are in the states " + states;
        } catch (NoSuchFileException ended) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static char state(Path thread) throws IOException {
        try {
            String stat = Files.readString(thread.resolve("stat"), ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (NoSuchFileException ended) {
            return 'X';
        }
    }

    /**
     * Completes exceptionally with {@link MemberLink.NotThereException} if there is no process to ask, and with {@link
     * MemberLink.GoneException} if it ends before it answers.
     */
    CompletableFuture<Answer> ask(LongFunction<Request> request) {
        MemberLink current = link();
        return current == null
                ? CompletableFuture.failedFuture(new MemberLink.NotThereException(name + " does not run"))
                : current.ask(request);
    }

    private @Nullable MemberLink link() {
        MemberLink current = link;
        if (current != null && !current.gone()) {
            return current;
        }
        synchronized (this) {
            if (!alive() || !Files.exists(socket)) {
                return null;
            }
            try {
                link = new MemberLink(socket);
                return link;
            } catch (IOException notYet) {
                return null;
            }
        }
    }
}
