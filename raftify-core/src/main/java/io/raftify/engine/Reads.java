package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.core.NodeImpl;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable reads by read index (thesis, section 6.4): the leader notes its commit index, hears from a quorum that
 * it still leads, and the reader waits until it has applied that far. The engine shares one such round between the
 * reads that wait, and refuses while the leader has not committed an entry of its own term.
 *
 * <p>An attempt that fails, or that nobody answers for an election timeout, is made again until the deadline: asking
 * twice cannot do harm.
 */
final class Reads {

    private static final byte[] NO_CONTEXT = new byte[0];
    private static final long PAUSE_MILLIS = 20;

    private final NodeImpl node;
    private final Participation participation;
    private final ScheduledExecutorService clock;
    private final PendingGate gate;
    private final long patienceMillis;
    private final Set<PendingRead> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Reads(RaftNodeSettings settings, NodeImpl node, Participation participation, ScheduledExecutorService clock) {
        this.node = node;
        this.participation = participation;
        this.clock = clock;
        this.gate = new PendingGate(settings.maxPendingProposals(), Long.MAX_VALUE);
        this.patienceMillis = settings.electionTimeout().toMillis();
    }

    CompletableFuture<Long> readIndex(Duration timeout) {
        String refusal = participation.refusal();
        if (refusal != null) {
            return CompletableFuture.failedFuture(new ReadUnavailableException("Not read: " + refusal + "."));
        }
        String parked = participation.parking().refusal();
        if (parked != null) {
            return CompletableFuture.failedFuture(new ReadUnavailableException("Not read: " + parked + "."));
        }
        if (!gate.enter(0)) {
            return CompletableFuture.failedFuture(
                    new ReadUnavailableException("Not read: too many reads wait on this member: " + gate + "."));
        }
        PendingRead read = new PendingRead(timeout);
        pending.add(read);
        read.future.whenComplete((index, failure) -> {
            pending.remove(read);
            gate.leave(0);
        });
        read.start();
        if (closed) {
            read.fail("this member is closing");
        }
        return read.future;
    }

    void close(String why) {
        closed = true;
        pending.forEach(read -> read.fail("this member stopped: " + why));
    }

    private final class PendingRead {

        private final CompletableFuture<Long> future = new CompletableFuture<>();
        private final Duration timeout;
        private final long deadline;
        private volatile String lastReason = "no answer yet";

        PendingRead(Duration timeout) {
            this.timeout = timeout;
            this.deadline = System.nanoTime() + timeout.toNanos();
        }

        void start() {
            try {
                var timer = clock.schedule(this::expired, timeout.toNanos(), TimeUnit.NANOSECONDS);
                future.whenComplete((index, failure) -> timer.cancel(false));
            } catch (RejectedExecutionException closing) {
                fail("this member is closing");
                return;
            }
            attempt();
        }

        private void attempt() {
            if (future.isDone()) {
                return;
            }
            String refusal = participation.refusal();
            if (refusal != null) {
                fail(refusal);
                return;
            }
            Attempt attempt = new Attempt();
            var patience = after(patienceMillis, attempt::abandon);
            if (patience != null) {
                attempt.onEnd(() -> patience.cancel(false));
            }
            try {
                node.readIndex(NO_CONTEXT, attempt);
            } catch (IllegalStateException shuttingDown) {
                fail("this member is shutting down");
            }
        }

        private @Nullable ScheduledFuture<?> after(long millis, Runnable task) {
            if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) >= deadline) {
                return null;
            }
            try {
                return clock.schedule(task, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closing) {
                return null;
            }
        }

        private void expired() {
            fail("the deadline of " + timeout.toMillis() + " ms passed; last reason: " + lastReason);
        }

        void fail(String reason) {
            future.completeExceptionally(
                    new ReadUnavailableException("No linearizable read could be made: " + reason + "."));
        }

        /** One question to the leader. Without the engine's own timer, which is a thread of the whole JVM. */
        private final class Attempt extends ReadIndexClosure {

            private final AtomicBoolean over = new AtomicBoolean();
            private volatile Runnable onEnd = () -> {};

            Attempt() {
                super(-1);
            }

            void onEnd(Runnable task) {
                this.onEnd = task;
            }

            @Override
            public void run(Status status, long index, byte[] context) {
                Parking.Parked parked = participation.parking().parked();
                if (status.isOk() && parked != null && index > parked.appliedIndex()) {
                    // To the engine it is applied, but not to the state machine.
                    onEnd.run();
                    fail("this member is parked after index " + parked.appliedIndex() + ": " + parked.reason());
                } else if (status.isOk()) {
                    // Also when another attempt was begun meanwhile: the index was right after the call began.
                    onEnd.run();
                    future.complete(index);
                } else if (over.compareAndSet(false, true)) {
                    onEnd.run();
                    lastReason = String.valueOf(status.getErrorMsg());
                    after(PAUSE_MILLIS, PendingRead.this::attempt);
                }
            }

            void abandon() {
                if (over.compareAndSet(false, true)) {
                    lastReason = "the leader did not answer within " + patienceMillis + " ms";
                    attempt();
                }
            }
        }
    }
}
