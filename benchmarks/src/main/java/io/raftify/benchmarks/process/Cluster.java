package io.raftify.benchmarks.process;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.contender.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Three members of one contender, in the processes that a layout says. */
public final class Cluster implements AutoCloseable {

    private static final Duration ELECTION_PATIENCE = Duration.ofSeconds(60);
    private static final int PORTS = 12;
    private static final int LAST_PORT = 32_000;
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(21_000);

    private final Contender contender;
    private final Path directory;
    private final List<MemberProcess> processes = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Starts them and waits for a leader. */
    public Cluster(ClassPaths classPaths, Contender contender, Layout layout, Path work) throws IOException {
        this.contender = contender;
        this.directory = Files.createDirectories(
                work.resolve(contender.id() + "-" + layout.name().toLowerCase(java.util.Locale.ROOT)));
        List<Integer> ports = freePorts(PORTS);
        try {
            for (List<Integer> members : layout.members()) {
                processes.add(new MemberProcess(classPaths, contender, members, ports, directory, layout.jvmOptions()));
            }
            all(process -> process.ask(new Request.Start()));
            leader();
        } catch (IOException | RuntimeException notStarted) {
            close();
            throw notStarted;
        }
    }

    public Contender contender() {
        return contender;
    }

    public List<MemberProcess> processes() {
        return processes;
    }

    /** The process in which a member is. */
    public MemberProcess processOf(int member) {
        return processes.stream()
                .filter(each -> each.members().contains(member))
                .findFirst()
                .orElseThrow();
    }

    /** The index of the member that leads; waits for one. */
    public int leader() {
        long deadline = System.nanoTime() + ELECTION_PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            for (MemberProcess process : processes) {
                int leading = (int) Objects.requireNonNull(process.ask(new Request.Leading()));
                if (leading >= 0) {
                    return leading;
                }
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            }
        }
        throw new IllegalStateException(contender.text() + " has no leader after " + ELECTION_PATIENCE.toSeconds()
                + " s; see the logs in " + directory);
    }

    /** Measures one cell beside the member whose place it is; the floor's writers all write at once. */
    public Measurement measure(Cell cell, Duration warmUp, Duration time) {
        int leader = leader();
        int member = cell.operation().onLeader() ? leader : (leader + 1) % 3;
        List<Integer> measuring = new ArrayList<>(List.of(member));
        if (contender == Contender.FLOOR && cell.operation() == Operation.WRITE) {
            measuring.addAll(List.of((member + 1) % 3, (member + 2) % 3));
        }
        long cpuBefore = cpuNanos();
        List<CompletableFuture<@Nullable Object>> answers = new ArrayList<>();
        for (MemberProcess process : processes) {
            List<Integer> here =
                    measuring.stream().filter(process.members()::contains).toList();
            if (!here.isEmpty()) {
                Request request = new Request.Measure(here, cell, warmUp, time);
                CompletableFuture<@Nullable Object> answer =
                        CompletableFuture.supplyAsync(() -> process.ask(request), threads);
                answers.add(here.contains(member) ? 0 : answers.size(), answer);
            }
        }
        answers.forEach(CompletableFuture::join);
        Measurement measurement =
                (Measurement) Objects.requireNonNull(answers.get(0).join());
        return measurement.withCpu(cpuNanos() - cpuBefore, warmUp.plus(time).toNanos() / 1e9);
    }

    private long cpuNanos() {
        return processes.stream()
                .mapToLong(process -> (long) Objects.requireNonNull(process.ask(new Request.Cpu())))
                .sum();
    }

    private void all(Consumer<MemberProcess> action) {
        CompletableFuture.allOf(processes.stream()
                        .map(process -> CompletableFuture.runAsync(() -> action.accept(process), threads))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    @Override
    public void close() {
        processes.forEach(MemberProcess::close);
        threads.shutdownNow();
    }

    /** Below the ports that outgoing connections are given, so that none of these is taken before it is bound. */
    private static List<Integer> freePorts(int count) {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            int port = NEXT_PORT.getAndIncrement();
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                ports.add(socket.getLocalPort());
            } catch (IOException taken) {
                if (port > LAST_PORT) {
                    throw new IllegalStateException("No free port up to " + LAST_PORT, taken);
                }
            }
        }
        return ports;
    }
}
