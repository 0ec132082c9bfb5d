package io.raftify.benchmarks.occasion;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Arguments: directory, megabytes of state, index of this member. Members 0 and 1 write entries until the log begins
 * behind a snapshot and say {@code SNAPSHOT}; member 2 waits for the state and says {@code RESTORED} and the seconds it took. Each then says
 * {@code PEAK} and the most heap it used, once a second.
 */
public final class SnapshotInstallMain {

    private static final int FIRST_PORT = 32_010;
    private static final int MEMBERS = 3;
    private static final int SEED = 42;
    private static final AtomicLong PEAK = new AtomicLong();

    private SnapshotInstallMain() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int megabytes = Integer.parseInt(arguments[1]);
        int index = Integer.parseInt(arguments[2]);
        String name = "n" + (index + 1);
        RaftNodeSettings.Builder settings = RaftNodeSettings.builder()
                .nodeId(name)
                .clusterName("install")
                .dataDir(directory.resolve(name))
                .snapshotEntries(0);
        for (int member = 0; member < MEMBERS; member++) {
            settings.peer("n" + (member + 1), new PeerAddress("127.0.0.1", FIRST_PORT + member));
        }
        Large state = new Large(megabytes);
        RaftNode node = RaftNode.create(settings.build(), state);
        Thread sampler = new Thread(SnapshotInstallMain::sampleHeap, "heap-sampler");
        sampler.setDaemon(true);
        sampler.start();
        long begin = System.nanoTime();
        node.start();
        if (index < 2) {
            for (int snapshot = 0; snapshot < 2; snapshot++) {
                // The log is kept from the snapshot before the last one on, so it takes two.
                for (int i = 0; i < 200; i++) {
                    node.propose(new byte[128], Duration.ofSeconds(60)).get();
                }
                node.snapshot().get();
            }
            while (node.status().firstIndex() <= 1) {
                Thread.sleep(20);
            }
            System.out.println("SNAPSHOT");
        } else {
            state.restored.await();
            System.out.println("RESTORED " + (System.nanoTime() - begin) / 1e9);
        }
        while (true) {
            System.out.println("PEAK " + (PEAK.get() >> 20));
            Thread.sleep(1_000);
        }
    }

    private static void sampleHeap() {
        while (true) {
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            PEAK.accumulateAndGet(used, Math::max);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Makes its state up when asked for it, the same each time, and checks what comes back. */
    private static final class Large implements StateMachine {

        private final int megabytes;
        final CountDownLatch restored = new CountDownLatch(1);

        Large(int megabytes) {
            this.megabytes = megabytes;
        }

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {
                byte[] chunk = new byte[1 << 20];
                Random random = new Random(SEED);
                for (int i = 0; i < megabytes; i++) {
                    random.nextBytes(chunk);
                    out.write(chunk);
                }
            };
        }

        @Override
        public void restore(StoredSnapshot snapshot) throws IOException {
            try (InputStream in = snapshot.open()) {
                byte[] chunk = new byte[1 << 20];
                Random random = new Random(SEED);
                for (int i = 0; i < megabytes; i++) {
                    random.nextBytes(chunk);
                    if (!java.util.Arrays.equals(chunk, in.readNBytes(chunk.length))) {
                        throw new IOException("Megabyte " + i + " is not what was saved");
                    }
                }
                restored.countDown();
            }
        }
    }
}
