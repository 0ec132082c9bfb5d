package io.raftify.replication.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ProposalTooLargeException;
import io.raftify.node.RaftNode;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.WireFormat;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One entry, proposed again and again until somebody knows what became of it or its deadline has passed. That is safe
 * because the entry carries its command's id: members apply it once, and answer the others with the first one's outcome.
 */
public final class RepeatedProposal {

    private static final long SHORTEST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private final RaftNode node;
    private final byte[] entry;
    private final long deadline;
    private final CompletableFuture<EntryOutcome> outcome = new CompletableFuture<>();
    private int attempts;

    /** What made an attempt's outcome unknown; from then on, a later refusal says nothing about the earlier attempt. */
    private @Nullable OutcomeUnknownException unknown;

    private RepeatedProposal(RaftNode node, byte[] entry, long deadline) {
        this.node = node;
        this.entry = entry;
        this.deadline = deadline;
    }

    /** @param deadline by {@link System#nanoTime()} */
    public static RepeatedProposal start(RaftNode node, byte[] entry, long deadline) {
        RepeatedProposal proposal = new RepeatedProposal(node, entry, deadline);
        proposal.attempt();
        return proposal;
    }

    /**
     * Ends by the deadline, with {@link ProposalRejectedException} only if no attempt can have come through. Completed on a
     * thread of the member.
     */
    public CompletableFuture<EntryOutcome> outcome() {
        return outcome;
    }

    /** Whether an earlier attempt may have been applied beside the one that was answered. */
    public boolean wasUnknown() {
        return unknown != null;
    }

    private void attempt() {
        attempts++;
        Duration left = Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - System.nanoTime()));
        node.propose(entry, left).whenComplete(this::ended);
    }

    private void ended(byte @Nullable [] answer, @Nullable Throwable failure) {
        if (failure == null && answer != null) {
            read(answer);
            return;
        }
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof OutcomeUnknownException why) {
            unknown = why;
            again();
        } else if (cause instanceof ProposalRejectedException why) {
            rejected(why);
        } else {
            outcome.completeExceptionally(unknown("The member failed: " + cause));
        }
    }

    private void rejected(ProposalRejectedException why) {
        OutcomeUnknownException before = unknown;
        if (before == null) {
            outcome.completeExceptionally(why);
        } else if (why instanceof NodeStoppedException || why instanceof ProposalTooLargeException) {
            outcome.completeExceptionally(before);
        } else {
            again();
        }
    }

    private void read(byte[] answer) {
        try {
            outcome.complete(WireFormat.parseOutcome(answer));
        } catch (InvalidProtocolBufferException broken) {
            outcome.completeExceptionally(
                    unknown("It was applied, but its outcome cannot be read: " + broken.getMessage()));
        }
    }

    private void again() {
        long pause = Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(attempts - 1, 5));
        // Half of it random, so that callers who failed together do not come back together.
        pause = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) >= deadline) {
            outcome.completeExceptionally(unknown("Its deadline passed."));
            return;
        }
        // Proposing does not block, so the JDK's timer thread may do it.
        CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(this::attempt);
    }

    private OutcomeUnknownException unknown(String otherwise) {
        OutcomeUnknownException before = unknown;
        return before != null ? before : new OutcomeUnknownException(otherwise);
    }
}
