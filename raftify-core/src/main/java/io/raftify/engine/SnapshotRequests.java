package io.raftify.engine;

import com.alipay.sofa.jraft.Node;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the engine for snapshots. It refuses while one is being written, and while the last batch does not count as
 * applied yet; one that is due is asked for again then, or the log of a member to which nobody writes any more would stay
 * as long as it is.
 */
final class SnapshotRequests {

    private static final Logger log = LoggerFactory.getLogger(SnapshotRequests.class);
    private static final long AGAIN_AFTER_MILLIS = 200;
    private static final long PAUSE_MILLIS = 5;
    private static final int MOST_TRIES = 200;

    private final String self;
    private final Node node;
    private final EngineStateMachine stateMachine;
    private final ScheduledExecutorService clock;
    private final Executor worker;
    private final Set<CompletableFuture<Long>> open = ConcurrentHashMap.newKeySet();

    /** @param worker asks the engine; may have to wait for the disk */
    SnapshotRequests(
            String self, Node node, EngineStateMachine stateMachine, ScheduledExecutorService clock, Executor worker) {
        this.worker = worker;
        this.self = self;
        this.node = node;
        this.stateMachine = stateMachine;
        this.clock = clock;
    }

    /** Somebody wants one, of everything that is applied now. */
    CompletableFuture<Long> now() {
        CompletableFuture<Long> written = new CompletableFuture<>();
        open.add(written);
        written.whenComplete((index, failure) -> open.remove(written));
        write(stateMachine.appliedIndex(), MOST_TRIES, written);
        return written;
    }

    private void write(long wanted, int triesLeft, CompletableFuture<Long> written) {
        node.snapshot(status -> {
            long covered = stateMachine.snapshotIndex();
            if (!status.isOk()) {
                written.completeExceptionally(new IllegalStateException("No snapshot: " + status.getErrorMsg()));
            } else if (covered >= wanted || triesLeft == 0) {
                written.complete(covered);
            } else {
                // The caller of a command has its result before the engine counts the command as applied.
                tryAgain(wanted, triesLeft - 1, written);
            }
        });
    }

    private void tryAgain(long wanted, int triesLeft, CompletableFuture<Long> written) {
        try {
            clock.schedule(
                    () -> onWorker(() -> write(wanted, triesLeft, written), written),
                    PAUSE_MILLIS,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            written.completeExceptionally(new IllegalStateException("No snapshot: the member is closing"));
        }
    }

    /** Not on the clock: the engine makes and removes directories for it, and a disk may hang. */
    private void onWorker(Runnable asking, CompletableFuture<Long> written) {
        try {
            worker.execute(asking);
        } catch (RejectedExecutionException closing) {
            written.completeExceptionally(new IllegalStateException("No snapshot: the member is closing"));
        }
    }

    /** Ends what waits for one. */
    void close() {
        open.forEach(written ->
                written.completeExceptionally(new IllegalStateException("No snapshot: the member is closing")));
    }

    /** The state machine says that so many entries were applied that one is due. */
    void due() {
        node.snapshot(status -> {
            if (!status.isOk()) {
                log.debug("Member {} wrote no snapshot: {}", self, status);
            }
            stateMachine.snapshotRequestEnded();
            askAgainIfDue();
        });
    }

    private void askAgainIfDue() {
        try {
            clock.schedule(stateMachine::requestSnapshotIfDue, AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            log.debug("Member {} asks for no more snapshots: it is closing", self);
        }
    }
}
