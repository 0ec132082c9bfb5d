package io.raftify.benchmarks.contender;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StorageType;
import io.raftify.node.StoredSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Ours without Spring. */
final class NodeMember implements Member {

    enum Variant {
        AS_IT_SHIPS,
        THREAD_PER_CALL,
        WITHOUT_SNAPSHOTS,
        IN_MEMORY
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Register register = new Register();
    private final RaftNode node;
    private final Variant variant;

    NodeMember(Seat seat, Variant variant) {
        this.variant = variant;
        RaftNodeSettings.Builder settings = RaftNodeSettings.builder()
                .nodeId(seat.name())
                .clusterName("benchmark")
                .dataDir(seat.directory());
        if (variant == Variant.WITHOUT_SNAPSHOTS) {
            settings.snapshotEntries(0);
        } else if (variant == Variant.IN_MEMORY) {
            settings.storageType(StorageType.MEMORY);
        }
        for (int member = 0; member < Seat.MEMBERS; member++) {
            settings.peer(Seat.name(member), new PeerAddress(Seat.HOST, seat.port(member, 0)));
        }
        this.node = RaftNode.create(settings.build(), new RegisterMachine(register));
    }

    @Override
    public void start() {
        node.start();
    }

    @Override
    public boolean leading() {
        return node.status().leading();
    }

    @Override
    public boolean threadPerCall() {
        return variant == Variant.THREAD_PER_CALL;
    }

    @Override
    public CompletableFuture<?> write(byte[] value) {
        return node.propose(value, TIMEOUT);
    }

    @Override
    public CompletableFuture<?> read() {
        return node.readIndex(TIMEOUT).thenApply(index -> register.count());
    }

    @Override
    public CompletableFuture<?> localRead() {
        return CompletableFuture.completedFuture(register.count());
    }

    @Override
    public void close() {
        node.close();
    }

    private record RegisterMachine(Register register) implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return register.set(command);
        }

        @Override
        public StateSnapshot snapshot() {
            byte[] saved = register.save();
            return out -> out.write(saved);
        }

        @Override
        public void restore(StoredSnapshot snapshot) throws IOException {
            try (InputStream in = snapshot.open()) {
                register.restore(in.readAllBytes());
            }
        }
    }
}
