package io.raftify.benchmarks.occasion;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Arguments: {@code write} or {@code start}, directory, number of entries. Prints the seconds it took. */
public final class LogRestartMain {

    private static final int PORT = 32_001;
    private static final int IN_FLIGHT = 1_024;

    private LogRestartMain() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        long entries = Long.parseLong(arguments[2]);
        AtomicLong applied = new AtomicLong();
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("restart")
                .dataDir(directory.resolve("n1"))
                .peer("n1", new PeerAddress("127.0.0.1", PORT))
                .snapshotEntries(0)
                .build();
        long begin = System.nanoTime();
        try (RaftNode node = RaftNode.create(settings, new Counter(applied))) {
            node.start();
            if (arguments[0].equals("write")) {
                write(node, entries);
            } else {
                while (applied.get() < entries || !node.status().leading()) {
                    Thread.sleep(5);
                }
            }
            System.out.println((System.nanoTime() - begin) / 1e9);
        }
    }

    private static void write(RaftNode node, long entries) throws Exception {
        while (!node.status().leading()) {
            Thread.sleep(20);
        }
        Semaphore room = new Semaphore(IN_FLIGHT);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        byte[] command = new byte[128];
        for (long i = 0; i < entries && failed.get() == null; i++) {
            room.acquire();
            node.propose(command, Duration.ofSeconds(30)).whenComplete((result, failure) -> {
                if (failure != null) {
                    failed.set(failure);
                }
                room.release();
            });
        }
        room.acquire(IN_FLIGHT);
        if (failed.get() != null) {
            throw new IllegalStateException("Not all entries were written", failed.get());
        }
    }

    private record Counter(AtomicLong applied) implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            applied.incrementAndGet();
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            throw new UnsupportedOperationException("switched off");
        }

        @Override
        public void restore(StoredSnapshot snapshot) {
            throw new UnsupportedOperationException("switched off");
        }
    }
}
