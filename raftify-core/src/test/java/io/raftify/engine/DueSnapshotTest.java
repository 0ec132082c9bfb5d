package io.raftify.engine;

import static org.awaitility.Awaitility.await;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StorageType;
import io.raftify.node.StoredSnapshot;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A snapshot that is due is written, also when it was asked for at a moment at which the engine refuses. */
class DueSnapshotTest {

    private static final int ENTRIES = 50;

    private final CountDownLatch firstIsWritten = new CountDownLatch(1);
    private volatile boolean firstHasBegun;

    @Test
    void one_that_falls_due_while_another_is_written_is_written_after_it_though_nothing_more_is_applied()
            throws Exception {
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("test")
                .peers(Map.of(
                        "n1", new PeerAddress("127.0.0.1", FreePorts.find(1).get(0))))
                .storageType(StorageType.MEMORY)
                .snapshotEntries(ENTRIES)
                .build();
        try (RaftNode node = RaftNode.create(settings, new SlowToWrite())) {
            node.start();
            propose(node, 3);
            var slow = node.snapshot();
            await().until(() -> firstHasBegun);

            propose(node, ENTRIES + 10);
            firstIsWritten.countDown();
            slow.get();

            long last = node.status().appliedIndex();
            await().atMost(Duration.ofSeconds(10)).until(() -> node.status().snapshotIndex() == last);
        }
    }

    private static void propose(RaftNode node, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            node.propose(new byte[] {1}, Duration.ofSeconds(10)).get();
        }
    }

    private final class SlowToWrite implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {
                firstHasBegun = true;
                try {
                    firstIsWritten.await();
                } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                }
                out.write(1);
            };
        }

        @Override
        public void restore(StoredSnapshot snapshot) {
            // Nothing is kept.
        }
    }
}
