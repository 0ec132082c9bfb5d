package io.raftify.chaos.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.round.Hiccups;
import io.raftify.chaos.round.ObjectStore;
import io.raftify.chaos.round.Reply;
import io.raftify.chaos.round.Subject.UnpromisedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Calls of the workload on one member. */
public final class NodeCalls {

    private static final Hiccups HICCUPS = new Hiccups();

    private final RaftNode node;
    private final ObjectStore objects;

    public NodeCalls(RaftNode node, ObjectStore objects) {
        this.node = node;
        this.objects = objects;
    }

    /** Completes exceptionally, with {@link UnpromisedException}, only if the member broke its word on how and when calls end. */
    public CompletableFuture<Reply> call(long id, Action action, Duration deadline) {
        long invoked = System.nanoTime();
        CompletableFuture<String> result = switch (action.verb()) {
            case READ -> node.readIndex(deadline).thenApply(index -> objects.read(action));
            case LEASE_READ -> node.leaseReadIndex(deadline).thenApply(index -> objects.read(action));
            default ->
                node.propose(ObjectStore.command(id, action), deadline).thenApply(bytes -> new String(bytes, UTF_8));
        };
        return result.handle((value, failure) -> {
            Duration late = Duration.ofNanos(System.nanoTime() - invoked).minus(deadline);
            Duration allowed = deadline.dividedBy(10).plus(HICCUPS.since(invoked));
            if (late.compareTo(allowed) > 0) {
                throw new UnpromisedException("A call at " + node.status().nodeId() + " ended " + late.toMillis()
                        + " ms after its deadline of " + deadline.toMillis() + " ms; " + allowed.toMillis()
                        + " ms are allowed: " + action + " -> " + (failure == null ? value : failure));
            }
            if (failure == null) {
                return ObjectStore.saysGivenUp(value) ? Reply.notApplied("given up") : Reply.returned(value);
            }
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof OutcomeUnknownException) {
                return Reply.unknown(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof ProposalRejectedException || cause instanceof ReadUnavailableException) {
                return Reply.notApplied(String.valueOf(cause.getMessage()));
            }
            throw new UnpromisedException(node.status().nodeId(), action, cause);
        });
    }
}
