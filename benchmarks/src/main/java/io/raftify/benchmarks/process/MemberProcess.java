package io.raftify.benchmarks.process;

import io.raftify.benchmarks.contender.Contender;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A process with members in it, from the side that tells it what to do. */
public final class MemberProcess implements AutoCloseable {

    private final String name;
    private final List<Integer> members;
    private final Process process;
    private final ObjectOutputStream requests;
    private final ObjectInputStream answers;

    public MemberProcess(
            ClassPaths classPaths,
            Contender contender,
            List<Integer> members,
            List<Integer> ports,
            Path directory,
            List<String> jvmOptions)
            throws IOException {
        this.members = List.copyOf(members);
        this.name = contender.text() + " " + members;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPaths.of(contender)));
        command.addAll(jvmOptions);
        command.addAll(List.of(
                MemberMain.class.getName(), contender.id(), directory.toString(), joined(ports), joined(members)));
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("process-" + joined(members) + ".log").toFile()))
                .start();
        this.requests = new ObjectOutputStream(process.getOutputStream());
        requests.flush();
        try {
            this.answers = new ObjectInputStream(process.getInputStream());
        } catch (IOException notStarted) {
            process.destroyForcibly();
            throw new IOException(name + " did not start; see its log in " + directory, notStarted);
        }
    }

    private static String joined(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    public List<Integer> members() {
        return members;
    }

    public long pid() {
        return process.pid();
    }

    /** Sends a request and waits for the answer to it. */
    public synchronized @Nullable Object ask(Request request) {
        try {
            requests.writeObject(request);
            requests.reset();
            requests.flush();
            Object answer = answers.readObject();
            if (answer instanceof MemberMain.Failure failure) {
                throw new IllegalStateException(name + ": " + failure.text());
            }
            return answer;
        } catch (IOException | ClassNotFoundException gone) {
            throw new IllegalStateException(name + " does not answer any more", gone);
        }
    }

    /** As a power switch would. */
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " did not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
