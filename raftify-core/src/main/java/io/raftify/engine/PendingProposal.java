package io.raftify.engine;

import io.raftify.node.DiskFullException;
import io.raftify.node.NoLeaderException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalRejectedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One command of a caller on this member, from call to end. */
final class PendingProposal implements LocalProposal.Ending {

    private static final long SHORTEST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 100;
    private static final long LEADER_SPREAD_MICROS = 10_000;
    private static final long PATIENCE_WITH_FORMER_LEADER_MILLIS = 300;

    private final Proposals proposals;
    private final byte[] command;
    private final ScheduledExecutorService clock;
    private final long deadline;
    private final CompletableFuture<byte[]> future = new CompletableFuture<>();
    private final ScheduledFuture<?> timer;

    /** Whether some leader may have the command. Guarded by this. */
    private boolean handedOver;

    /** The other member that has it now. Guarded by this. */
    private @Nullable String passedOnTo;

    /** Guarded by this. */
    private boolean waitsForLeader;

    /** Its fate is decided, though its caller may not know yet. Guarded by this. */
    private boolean over;

    private String lastReason = "it was not tried yet";
    private int attempts;

    PendingProposal(Proposals proposals, byte[] command, Duration timeout, ScheduledExecutorService clock) {
        this.proposals = proposals;
        this.command = command;
        this.clock = clock;
        this.deadline = System.nanoTime() + timeout.toNanos();
        this.timer = clock.schedule(this::expired, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    CompletableFuture<byte[]> future() {
        return future;
    }

    byte[] command() {
        return command;
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    void attempt() {
        synchronized (this) {
            if (over || future.isDone()) {
                return;
            }
            handedOver = true;
            attempts++;
        }
        proposals.hand(this);
    }

    /**
     * There is nobody to hand it to. It is not tried again before there is: thousands that look every few milliseconds
     * would keep the clock too busy to end them at their deadlines.
     */
    synchronized void awaitLeader(String reason) {
        handedOver = false;
        passedOnTo = null;
        lastReason = reason;
        waitsForLeader = true;
    }

    /** There is a leader; if this one waits for it, it goes there. */
    void leaderKnown() {
        synchronized (this) {
            if (!waitsForLeader) {
                return;
            }
            waitsForLeader = false;
        }
        try {
            // Not all of them at the same moment.
            clock.schedule(
                    this::attempt, ThreadLocalRandom.current().nextLong(LEADER_SPREAD_MICROS), TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException closing) {
            stopped("it is closing");
        }
    }

    synchronized void passedOnTo(String leader) {
        passedOnTo = leader;
    }

    /**
     * There is a new leader. The one before, which may have the command, may be cut off or paused, and then its answer never
     * comes; but it may also be on its way.
     */
    void leaderChanged(String leader) {
        int attempt;
        synchronized (this) {
            if (passedOnTo == null || passedOnTo.equals(leader)) {
                return;
            }
            attempt = attempts;
        }
        try {
            clock.schedule(() -> giveUp(attempt), PATIENCE_WITH_FORMER_LEADER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            stopped("it is closing");
        }
    }

    private void giveUp(int attempt) {
        String former;
        synchronized (this) {
            if (attempt != attempts || passedOnTo == null) {
                return;
            }
            former = passedOnTo;
        }
        unknown("leader " + former + ", which it was passed on to, does not lead any more and did not answer");
    }

    /** Surely no leader has it: another attempt after a pause. */
    void tryAgain(String reason) {
        long pause;
        synchronized (this) {
            handedOver = false;
            passedOnTo = null;
            lastReason = reason;
            pause = Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(attempts - 1, 5));
        }
        // Half of it random, so that callers who failed together do not come back together.
        pause = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        if (future.isDone() || System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) - deadline >= 0) {
            return;
        }
        try {
            clock.schedule(this::attempt, pause, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            stopped("it is closing");
        }
    }

    @Override
    public void applied(byte[] result) {
        timer.cancel(false);
        future.complete(result);
    }

    void rejected(ProposalRejectedException why) {
        end(why);
    }

    void unknown(String reason) {
        end(new OutcomeUnknownException("The command may have been applied, or may be yet: " + reason + "."));
    }

    @Override
    public void notApplied(ApplyFate fate, String reason) {
        switch (fate) {
            case NOT_LEADER -> tryAgain("this member does not take it: " + reason);
            case OVERLOADED -> rejected(new OverloadedException("Not applied: the engine's queue is full: " + reason));
            case DISK_FULL -> rejected(new DiskFullException("Not applied: " + reason + "."));
            case STOPPED -> rejected(new NodeStoppedException("Not applied: this member is shutting down."));
            case UNKNOWN -> unknown(reason);
        }
    }

    private void expired() {
        boolean mayBeApplied;
        String reason;
        synchronized (this) {
            over = true;
            mayBeApplied = handedOver;
            reason = lastReason;
        }
        if (mayBeApplied) {
            end(new OutcomeUnknownException("The deadline passed before the leader answered; the command may have been "
                    + "applied, or may be yet."));
        } else {
            end(new NoLeaderException("Not applied: no leader took the command before the deadline: " + reason + "."));
        }
    }

    /** The member has stopped. */
    void stopped(String why) {
        boolean mayBeApplied;
        synchronized (this) {
            over = true;
            mayBeApplied = handedOver;
        }
        if (mayBeApplied) {
            unknown("this member stopped: " + why);
        } else {
            rejected(new NodeStoppedException("Not applied: this member stopped: " + why + "."));
        }
    }

    private void end(RuntimeException why) {
        timer.cancel(false);
        future.completeExceptionally(why);
    }
}
