package io.raftify.replication;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.Role;
import io.raftify.node.StateMachine;
import io.raftify.node.StorageStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Applies what is proposed at once, on the caller's thread: leaves only what stands before and behind a member. */
final class ImmediateNode implements RaftNode {

    private final StateMachine stateMachine;
    private long index;
    private byte @Nullable [] answer;
    private byte[] lastAnswer = new byte[0];
    private List<byte[]> recorded = new ArrayList<>();

    ImmediateNode(StateMachine stateMachine) {
        this.stateMachine = stateMachine;
    }

    /** What these calls propose is returned instead of being applied; they are answered with what an equal one came to. */
    List<byte[]> record(byte[] answer, Runnable calls) {
        recorded = new ArrayList<>();
        this.answer = answer;
        calls.run();
        this.answer = null;
        return recorded;
    }

    /** Applies an entry that was recorded. */
    byte[] apply(byte[] entry) {
        lastAnswer = stateMachine.apply(++index, 1, entry);
        return lastAnswer;
    }

    byte[] lastAnswer() {
        return lastAnswer;
    }

    @Override
    public CompletableFuture<byte[]> propose(byte[] command, Duration timeout) {
        byte[] given = answer;
        if (given != null) {
            recorded.add(command);
            return CompletableFuture.completedFuture(given);
        }
        return CompletableFuture.completedFuture(apply(command));
    }

    @Override
    public CompletableFuture<Long> readIndex(Duration timeout) {
        return CompletableFuture.completedFuture(index);
    }

    @Override
    public CompletableFuture<Long> awaitApplied(long wanted, Duration timeout) {
        return CompletableFuture.completedFuture(index);
    }

    @Override
    public long applyingIndex() {
        return index;
    }

    @Override
    public void start() {}

    @Override
    public NodeStatus status() {
        return new NodeStatus(
                "n1",
                "benchmark",
                Role.LEADER,
                1,
                "n1",
                0,
                index,
                index,
                index,
                0,
                0,
                true,
                List.of(),
                new StorageStatus("none", "none", null, 0, 0, null),
                null,
                null);
    }

    @Override
    public void announce(String part, byte[] content) {}

    @Override
    public byte @Nullable [] announced(String nodeId, String part) {
        return null;
    }

    @Override
    public void addListener(RaftNodeListener listener) {}

    @Override
    public boolean handOverLeadership(Duration timeout) {
        return false;
    }

    @Override
    public CompletableFuture<Long> snapshot() {
        throw new UnsupportedOperationException("nobody asks while this is measured");
    }

    @Override
    public void close() {}
}
