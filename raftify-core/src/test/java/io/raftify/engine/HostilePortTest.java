package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.internal.PlatformDependent;
import io.raftify.fuzz.Fuzz;
import io.raftify.node.PeerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster at work, whose ports anybody may send anything to. */
class HostilePortTest {

    private static final int USUAL_INPUTS = 1_500;
    private static final int ATTACKERS = 4;
    private static final int SILENT_AT_ONCE = 50;
    private static final long MOST_HEAP_GROWTH = 32L << 20;

    @TempDir
    Path directory;

    private final long seed = Fuzz.seed();
    private final int count = Fuzz.inputs(USUAL_INPUTS);
    private final List<byte[]> samples = HostileTraffic.samples();
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger unended = new AtomicInteger();
    private final AtomicInteger notTaken = new AtomicInteger();

    @Test
    void a_cluster_goes_on_in_its_term_and_grows_by_nothing_whatever_comes_to_its_ports() throws Exception {
        System.out.println("fuzz ports: seed " + seed + ", " + count + " inputs");
        try (TestCluster cluster = TestCluster.of(
                        3, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))
                .startAll()) {
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            attack(cluster, Math.min(count, 500));
            long before = heap();
            long term = cluster.leader().status().term();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Integer> written = CompletableFuture.supplyAsync(() -> writing(cluster, over));

            long start = System.nanoTime();
            attack(cluster, count);
            double seconds = (System.nanoTime() - start) / 1e9;
            over.set(true);

            int lines = written.get(60, TimeUnit.SECONDS);
            cluster.awaitAgreement("line-" + lines);
            assertThat(cluster.running())
                    .allSatisfy(member -> assertThat(member.status().term()).isEqualTo(term));
            assertThat(cluster.leader().ledger.lines())
                    .as("nothing of the strangers'")
                    .allSatisfy(line -> assertThat(line).matches("first|line-\\d+"))
                    .hasSize(lines + 1);
            await().atMost(Duration.ofSeconds(60))
                    .alias("the heap after " + count + " inputs, seed " + seed)
                    .untilAsserted(() -> assertThat(heap() - before).isLessThan(MOST_HEAP_GROWTH));
            System.out.printf(
                    "fuzz ports: %.0f inputs a second, %d lines written meanwhile, heap %+d KiB, direct memory %d KiB,"
                            + " %d connections not ended by the member, %d not taken%n",
                    count / seconds,
                    lines,
                    (heap() - before) >> 10,
                    PlatformDependent.usedDirectMemory() >> 10,
                    unended.get(),
                    notTaken.get());
            assertThat(unended).as("connections left open by the member").hasValue(0);
        }
    }

    /** Every write must succeed; how long it takes is another matter. */
    private static int writing(TestCluster cluster, AtomicBoolean over) {
        int line = 0;
        TestCluster.Member member = cluster.follower();
        while (!over.get() || line == 0) {
            member.node
                    .propose(("line-" + ++line).getBytes(UTF_8), Duration.ofSeconds(30))
                    .join();
            try {
                Thread.sleep(20);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
        return line;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void attack(TestCluster cluster, int inputs) throws Exception {
        List<PeerAddress> targets = new ArrayList<>(cluster.addresses());
        long end = next.get() + inputs;
        ExecutorService attackers = Executors.newFixedThreadPool(ATTACKERS);
        try {
            List<Future<?>> attacks = new ArrayList<>();
            for (int i = 0; i < ATTACKERS; i++) {
                attacks.add(attackers.submit(() -> attack(targets, end)));
            }
            for (Future<?> attack : attacks) {
                attack.get();
            }
        } finally {
            attackers.shutdownNow();
        }
        next.set(end);
    }

    private Void attack(List<PeerAddress> targets, long end) throws IOException {
        Deque<Socket> silent = new ArrayDeque<>();
        try {
            for (long number = next.getAndIncrement(); number < end; number = next.getAndIncrement()) {
                PeerAddress target = targets.get((int) (number % targets.size()));
                if (number % 16 == 0) {
                    silent.add(connect(target, number));
                    if (silent.size() > SILENT_AT_ONCE) {
                        silent.remove().close();
                    }
                }
                byte[] input = Fuzz.input(seed, number, samples);
                try {
                    send(target, number, input);
                } catch (SocketTimeoutException unanswered) {
                    unended.incrementAndGet();
                    System.out.println("fuzz ports: seed " + seed + ", input " + number + " did not end: "
                            + HexFormat.of().formatHex(input));
                } catch (SocketException reset) {
                    // Ended before all of it was sent, which is an answer too.
                    notTaken.incrementAndGet();
                }
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        return null;
    }

    private static Socket connect(PeerAddress target, long number) throws IOException {
        Socket socket = new Socket();
        if (System.getProperty("os.name").equals("Linux")) {
            // A port is free again only after a minute; elsewhere in 127/8 there are others.
            SplittableRandom random = new SplittableRandom(number);
            byte[] from = {127, (byte) random.nextInt(1, 255), (byte) random.nextInt(255), (byte) random.nextInt(1, 255)
            };
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
        }
        socket.connect(new InetSocketAddress(target.host(), target.port()), 20_000);
        return socket;
    }

    private static void send(PeerAddress target, long number, byte[] input) throws IOException {
        try (Socket socket = connect(target, number)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(input);
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[4_096];
            while (in.read(answer) >= 0) {
                // whatever it answers, it must end
            }
        }
    }
}
