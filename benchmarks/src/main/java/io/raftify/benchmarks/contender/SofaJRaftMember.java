package io.raftify.benchmarks.contender;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * SOFAJRaft as its own examples use it: every option as it ships, which is a synced RocksDB log and Bolt. It is compiled
 * against our copy of the engine, whose classes have the same names, and runs on the published one.
 */
final class SofaJRaftMember implements Member {

    private final Register register = new Register();
    private final Seat seat;
    private @Nullable RaftGroupService service;
    private volatile @Nullable Node node;

    SofaJRaftMember(Seat seat) {
        this.seat = seat;
    }

    @Override
    public void start() throws Exception {
        Files.createDirectories(seat.directory());
        Configuration members = new Configuration();
        for (int member = 0; member < Seat.MEMBERS; member++) {
            members.addPeer(peer(member));
        }
        NodeOptions options = new NodeOptions();
        options.setElectionTimeoutMs(1_000);
        options.setInitialConf(members);
        options.setFsm(new Machine(register));
        options.setLogUri(seat.directory().resolve("log").toString());
        options.setRaftMetaUri(seat.directory().resolve("meta").toString());
        // No snapshots: an hour is its interval by default, longer than this run.
        service = new RaftGroupService("benchmark", peer(seat.index()), options);
        node = service.start();
    }

    private PeerId peer(int member) {
        return new PeerId(Seat.HOST, seat.port(member, 0));
    }

    @Override
    public boolean leading() {
        Node started = node;
        return started != null && started.isLeader();
    }

    @Override
    public CompletableFuture<?> write(byte[] value) {
        Node started = Objects.requireNonNull(node, "not started");
        if (!started.isLeader()) {
            throw new UnsupportedOperationException("followers do not take writes");
        }
        Write write = new Write();
        started.apply(new Task(ByteBuffer.wrap(value), write));
        return write.answer;
    }

    @Override
    public CompletableFuture<?> read() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        Objects.requireNonNull(node, "not started").readIndex(new byte[0], new ReadIndexClosure() {
            @Override
            public void run(Status status, long index, byte[] context) {
                if (status.isOk()) {
                    answer.complete(register.count());
                } else {
                    answer.completeExceptionally(new IllegalStateException(status.toString()));
                }
            }
        });
        return answer;
    }

    @Override
    public CompletableFuture<?> localRead() {
        return CompletableFuture.completedFuture(register.count());
    }

    @Override
    public void close() throws InterruptedException {
        if (service != null) {
            service.shutdown();
            service.join();
        }
    }

    private static final class Write implements Closure {

        final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        byte @Nullable [] result;

        @Override
        public void run(Status status) {
            if (status.isOk()) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(new IllegalStateException(status.toString()));
            }
        }
    }

    private static final class Machine extends StateMachineAdapter {

        private final Register register;

        Machine(Register register) {
            this.register = register;
        }

        @Override
        public void onApply(Iterator entries) {
            while (entries.hasNext()) {
                ByteBuffer data = entries.getData().duplicate();
                byte[] value = new byte[data.remaining()];
                data.get(value);
                byte[] result = register.set(value);
                if (entries.done() instanceof Write write) {
                    write.result = result;
                    write.run(Status.OK());
                }
                entries.next();
            }
        }
    }
}
