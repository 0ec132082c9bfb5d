package io.raftify.benchmarks.process;

import com.sun.management.OperatingSystemMXBean;
import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.contender.Measurement;
import io.raftify.benchmarks.contender.Member;
import java.io.EOFException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process with one or all members of one contender; does what it is told and ends when nobody talks to it any more. */
public final class MemberMain {

    private static final int WRITTEN = 128;

    private final Map<Integer, Member> members = new LinkedHashMap<>();

    private MemberMain() {}

    /** Arguments: contender, directory, ports, indexes of the members here; lists with commas. */
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        // What libraries print must not get between the answers.
        System.setOut(System.err);
        int status = 0;
        try (ObjectOutputStream out = new ObjectOutputStream(answers);
                ObjectInputStream in = new ObjectInputStream(System.in)) {
            out.flush();
            new MemberMain().serve(arguments, in, out);
        } catch (EOFException ourParentHasGone) {
            status = 1;
        }
        // Not every contender ends its threads, and none has anything to lose that was not synced.
        Runtime.getRuntime().halt(status);
    }

    private void serve(String[] arguments, ObjectInputStream in, ObjectOutputStream out) throws Exception {
        Contender contender = Contender.of(arguments[0]);
        Path directory = Path.of(arguments[1]);
        List<Integer> ports = numbers(arguments[2]);
        for (int index : numbers(arguments[3])) {
            members.put(index, contender.member(index, ports, directory.resolve("n" + (index + 1))));
        }
        while (true) {
            Request request = (Request) in.readObject();
            Object answer;
            try {
                answer = answer(request);
            } catch (Exception | LinkageError failed) {
                failed.printStackTrace();
                answer = new Failure(failed.toString());
            }
            out.writeObject(answer);
            out.reset();
            out.flush();
        }
    }

    private @Nullable Object answer(Request request) throws Exception {
        if (request instanceof Request.Start) {
            start();
            return null;
        } else if (request instanceof Request.Leading) {
            for (Map.Entry<Integer, Member> member : members.entrySet()) {
                if (member.getValue().leading()) {
                    return member.getKey();
                }
            }
            return -1;
        } else if (request instanceof Request.Measure measure) {
            return measure(measure);
        } else if (request instanceof Request.WriteOnce write) {
            return writeOnce(write.patience());
        } else if (request instanceof Request.Cpu) {
            return cpuNanos();
        }
        return usage();
    }

    /** All at once, since some return only when a majority is there. */
    private void start() throws InterruptedException {
        List<Thread> starting = members.values().stream()
                .map(member -> new Thread(() -> {
                    try {
                        member.start();
                    } catch (Exception failed) {
                        failed.printStackTrace();
                        Runtime.getRuntime().halt(2);
                    }
                }))
                .toList();
        starting.forEach(Thread::start);
        for (Thread each : starting) {
            each.join();
        }
    }

    private boolean writeOnce(Duration patience) throws InterruptedException {
        for (Member member : members.values()) {
            try {
                member.write(new byte[WRITTEN]).get(patience.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (InterruptedException interrupted) {
                throw interrupted;
            } catch (Exception notYet) {
                System.err.println("Not written: " + notYet);
            }
        }
        return false;
    }

    private Measurement measure(Request.Measure request) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(request.members().size());
        try {
            List<Future<Measurement>> measuring = new ArrayList<>();
            for (int index : request.members()) {
                Member member = Objects.requireNonNull(members.get(index), "no such member here");
                measuring.add(threads.submit(() -> member.measure(request.cell(), request.warmUp(), request.time())));
            }
            for (Future<Measurement> each : measuring) {
                each.get();
            }
            return measuring.get(0).get();
        } finally {
            threads.shutdownNow();
        }
    }

    private static Request.Usage usage() {
        System.gc();
        System.gc();
        return new Request.Usage(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                cpuNanos());
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static List<Integer> numbers(String list) {
        return Arrays.stream(list.split(",", -1)).map(Integer::valueOf).toList();
    }

    /** The answer to what could not be done. */
    record Failure(String text) implements java.io.Serializable {}
}
