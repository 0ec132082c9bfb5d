package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.core.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives leadership away. */
final class LeadershipTransfer {

    private static final Logger log = LoggerFactory.getLogger(LeadershipTransfer.class);

    private final String self;
    private final NodeImpl node;
    private final Proposals proposals;
    private final PeerWatch peers;
    private final ScheduledExecutorService clock;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    LeadershipTransfer(
            String self, NodeImpl node, Proposals proposals, PeerWatch peers, ScheduledExecutorService clock) {
        this.self = self;
        this.node = node;
        this.proposals = proposals;
        this.peers = peers;
        this.clock = clock;
    }

    /**
     * Asks one peer after the other, the one furthest ahead first. Which one is left to this member and not to the
     * engine, since the engine may choose one that is down, and would find that out only after an election timeout.
     *
     * <p>Commands in flight are waited for first, but for no more than half of the time: if the disk does not let them
     * end, their callers learn that the outcome is unknown.
     *
     * @return whether this member does not lead any more
     */
    boolean handOver(Duration timeout) {
        long begin = System.nanoTime();
        if (!entered(timeout)) {
            return false;
        }
        try {
            // One that was under way may have done it; while it is, the engine does not call itself a leader.
            return !node.isLeader(false) || handOver(begin, timeout);
        } finally {
            oneAtATime.unlock();
        }
    }

    private boolean entered(Duration timeout) {
        try {
            return oneAtATime.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean handOver(long begin, Duration timeout) {
        try {
            if (!proposals.holdBack(begin + timeout.toNanos() / 2)) {
                log.info("Member {} hands over leadership with commands in flight", self);
            }
            return transfer(begin + timeout.toNanos());
        } finally {
            proposals.goOn();
        }
    }

    private boolean transfer(long deadline) {
        for (String peer : peers.successors()) {
            if (!node.isLeader(false)) {
                break;
            }
            Status asked = node.transferLeadershipTo(EngineNames.peerId(peer));
            if (!asked.isOk()) {
                log.warn("Member {} could not hand over leadership to {}: {}", self, peer, asked.getErrorMsg());
            } else if (!awaitTransfer(deadline)) {
                return false;
            }
        }
        return !node.isLeader(false);
    }

    /** Until the transfer has succeeded, or the engine has given it up; false at the deadline. */
    private boolean awaitTransfer(long deadline) {
        CountDownLatch over = new CountDownLatch(1);
        ScheduledFuture<?> watch;
        try {
            watch = clock.scheduleWithFixedDelay(
                    () -> {
                        if (node.getNodeState() != State.STATE_TRANSFERRING) {
                            over.countDown();
                        }
                    },
                    5,
                    5,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            return false;
        }
        try {
            return over.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            watch.cancel(false);
        }
    }
}
