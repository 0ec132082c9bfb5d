package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateGate.Inside;
import io.raftify.replication.StateGate.Work;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** Runs a query on this member, once its state is as fresh as the query wants it. */
final class QueryCaller {

    private final @Nullable RaftNode node;
    private final StateGate gate;
    private final Duration timeout;

    /** @param node null if this application runs without a member */
    QueryCaller(@Nullable RaftNode node, StateGate gate, Duration timeout) {
        this.node = node;
        this.gate = gate;
        this.timeout = timeout;
    }

    @Nullable Object call(ReadConsistency consistency, MethodInvocation invocation) throws Throwable {
        Waiting.await(fresh(consistency, invocation.getMethod()), timeout, ReadUnavailableException::new);
        return gate.query(inside(consistency), timeout, invocation::proceed);
    }

    /**
     * Does not wait: the query runs on one of the threads once the state is fresh enough.
     *
     * @return ends by the deadline of the read, beside the time that the query itself takes
     */
    CompletableFuture<@Nullable Object> start(
            ReadConsistency consistency, Method method, Work<@Nullable Object, Throwable> query, Executor threads) {
        CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
        Waiting.answered(fresh(consistency, method), timeout, ReadUnavailableException::new)
                .whenCompleteAsync(
                        (fresh, unavailable) -> {
                            if (unavailable != null) {
                                answer.completeExceptionally(unavailable);
                                return;
                            }
                            try {
                                answer.complete(gate.query(inside(consistency), timeout, query));
                            } catch (Throwable failure) {
                                answer.completeExceptionally(failure);
                            }
                        },
                        threads);
        return answer;
    }

    /** @return ends when this member's state is as fresh as the query wants it */
    private CompletableFuture<Long> fresh(ReadConsistency consistency, Method method) {
        if (node == null) {
            throw new ReadUnavailableException("The query " + ReplicatedBeanException.describe(method)
                    + " cannot be answered: " + CommandCaller.NO_MEMBER);
        }
        return switch (consistency) {
            case LINEARIZABLE -> node.readIndex(timeout);
            case LOCAL -> CompletableFuture.completedFuture(0L);
            default -> throw new UnsupportedOperationException();
        };
    }

    private static Inside inside(ReadConsistency consistency) {
        return consistency == ReadConsistency.LOCAL ? Inside.LOCAL_QUERY : Inside.LINEARIZABLE_QUERY;
    }
}
