package io.raftify.testnode;

import io.raftify.node.NodeStatus;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.StateMachine;
import io.raftify.node.StorageStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies what is proposed at once, on a thread of its own like a real member. Keeps the log, so that a second state
 * machine can be driven by it. A test may replace what it says of itself, and let proposals fail or wait.
 */
public final class SingleMemberNode implements RaftNode {

    private final String nodeId;
    private final StateMachine stateMachine;
    private final List<byte[]> entries = new ArrayList<>();
    private final ExecutorService applyThread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "test-apply"));

    private final Map<String, byte[]> announced = new ConcurrentHashMap<>();
    private volatile boolean running;
    private volatile long applied;
    private volatile @Nullable String failure;
    private volatile UnaryOperator<NodeStatus> seenAs = UnaryOperator.identity();
    private volatile @Nullable CompletableFuture<byte[]> answer;
    private volatile @Nullable CompletableFuture<Long> readAnswer;
    private final AtomicInteger answersToLose = new AtomicInteger();
    private volatile @Nullable Consumer<byte[]> held;

    public SingleMemberNode(String nodeId, StateMachine stateMachine) {
        this.nodeId = nodeId;
        this.stateMachine = stateMachine;
    }

    /** From now on, changes what {@link #status()} says. */
    public void seenAs(UnaryOperator<NodeStatus> view) {
        this.seenAs = view;
    }

    /** From now on, proposals are not applied but answered by this; null undoes it. */
    public void answerWith(@Nullable CompletableFuture<byte[]> answer) {
        this.answer = answer;
    }

    /** From now on, reads are not answered but by this; null undoes it. */
    public void failReads(@Nullable CompletableFuture<Long> answer) {
        this.readAnswer = answer;
    }

    /** The answers to so many proposals from now on are lost: each is applied, and its outcome unknown. */
    public void loseAnswers(int count) {
        answersToLose.set(count);
    }

    /** From now on proposals are not applied but held by this, and their outcome is unknown; null undoes it. */
    public void holdProposals(@Nullable Consumer<byte[]> held) {
        this.held = held;
    }

    /** An entry that was on its way arrives. */
    public CompletableFuture<byte[]> arrives(byte[] entry) {
        return CompletableFuture.supplyAsync(() -> applyNow(entry), applyThread);
    }

    public List<byte[]> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public CompletableFuture<byte[]> propose(byte[] command, Duration timeout) {
        CompletableFuture<byte[]> fixed = answer;
        if (fixed != null) {
            return fixed;
        }
        if (!running || failure != null) {
            return CompletableFuture.failedFuture(new NodeStoppedException("not running"));
        }
        Consumer<byte[]> holding = held;
        if (holding != null) {
            holding.accept(command);
            return CompletableFuture.failedFuture(new OutcomeUnknownException("it is on its way."));
        }
        CompletableFuture<byte[]> applied = CompletableFuture.supplyAsync(() -> applyNow(command), applyThread);
        boolean lost = answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        return lost
                ? applied.thenApply(unseen -> {
                    throw new OutcomeUnknownException("the answer was lost.");
                })
                : applied;
    }

    private byte[] applyNow(byte[] command) {
        synchronized (entries) {
            entries.add(command);
        }
        try {
            byte[] result = stateMachine.apply(applied + 1, 1, command);
            applied++;
            return result;
        } catch (RuntimeException | Error poison) {
            failure = String.valueOf(poison.getMessage());
            throw new NodeStoppedException(failure);
        }
    }

    @Override
    public CompletableFuture<Long> readIndex(Duration timeout) {
        CompletableFuture<Long> fixed = readAnswer;
        if (fixed != null) {
            return fixed;
        }
        return CompletableFuture.supplyAsync(() -> applied, applyThread);
    }

    @Override
    public CompletableFuture<Long> awaitApplied(long index, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> applied, applyThread)
                .thenCompose(reached -> reached >= index
                        ? CompletableFuture.completedFuture(reached)
                        : CompletableFuture.failedFuture(
                                new ReadUnavailableException("entry " + index + " is not here")));
    }

    @Override
    public long applyingIndex() {
        return applied;
    }

    @Override
    public NodeStatus status() {
        return seenAs.apply(new NodeStatus(
                nodeId,
                "test",
                failure != null ? Role.FAILED : running ? Role.LEADER : Role.STOPPED,
                1,
                running ? nodeId : null,
                applied == 0 ? 0 : 1,
                applied,
                applied,
                applied,
                0,
                1,
                running,
                List.of(),
                new StorageStatus("memory", "none", null, 1, 0, null),
                failure,
                null));
    }

    /** From now on, another member is taken to have announced this. */
    public void announcedBy(String peer, String part, byte @Nullable [] content) {
        if (content == null) {
            announced.remove(peer + "/" + part);
        } else {
            announced.put(peer + "/" + part, content);
        }
    }

    @Override
    public void announce(String part, byte[] content) {
        int others = announced.entrySet().stream()
                .filter(each ->
                        each.getKey().startsWith(nodeId + "/") && !each.getKey().equals(nodeId + "/" + part))
                .mapToInt(each -> each.getValue().length)
                .sum();
        if (others + content.length > MAX_ANNOUNCEMENT_BYTES) {
            throw new IllegalArgumentException("too much to announce");
        }
        announced.put(nodeId + "/" + part, content);
    }

    @Override
    public byte @Nullable [] announced(String nodeId, String part) {
        return announced.get(nodeId + "/" + part);
    }

    @Override
    public void addListener(RaftNodeListener listener) {}

    @Override
    public boolean handOverLeadership(Duration timeout) {
        return false;
    }

    @Override
    public CompletableFuture<Long> snapshot() {
        return CompletableFuture.supplyAsync(
                () -> {
                    writeSnapshot();
                    return applied;
                },
                applyThread);
    }

    /** The state as it would be sent to another member. */
    public byte[] writeSnapshot() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            stateMachine.snapshot().writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    public void restore(byte[] snapshot) throws IOException {
        stateMachine.restore(() -> new ByteArrayInputStream(snapshot));
    }

    @Override
    public void close() {
        running = false;
        applyThread.shutdown();
    }
}
