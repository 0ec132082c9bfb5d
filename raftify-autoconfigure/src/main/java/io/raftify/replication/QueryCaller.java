package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** Runs a query on this member, once its state is as fresh as the query wants it. */
final class QueryCaller {

    private static final Duration LEAST = Duration.ofMillis(1);

    private final @Nullable RaftNode node;
    private final StateGate gate;
    private final Duration timeout;

    /** @param node null if this application runs without a member */
    QueryCaller(@Nullable RaftNode node, StateGate gate, Duration timeout) {
        this.node = node;
        this.gate = gate;
        this.timeout = timeout;
    }

    @Nullable Object call(Freshness wanted, MethodInvocation invocation) throws Throwable {
        RaftNode member = node;
        if (member == null) {
            throw new ReadUnavailableException("The query "
                    + ReplicatedBeanException.describe(invocation.getMethod()) + " cannot be answered: "
                    + CommandCaller.NO_MEMBER);
        }
        long begin = System.nanoTime();
        CallerPosition position = CallerPosition.current();
        if (position != null && position.index() > 0 && wanted.consistency() != ReadConsistency.LINEARIZABLE) {
            // First, since what is found out about the state's age grows old while this waits.
            await(member.awaitApplied(position.index(), timeout));
        }
        CompletableFuture<Long> fresh = fresh(member, wanted, left(begin));
        if (fresh != null) {
            await(fresh);
        }
        return gate.query(wanted, left(begin), () -> {
            try {
                return invocation.proceed();
            } finally {
                if (position != null) {
                    // While commands are held back, so that it is no earlier than what the query has seen.
                    position.seen(member.applyingIndex());
                }
            }
        });
    }

    private static @Nullable CompletableFuture<Long> fresh(RaftNode member, Freshness wanted, Duration timeout) {
        return switch (wanted.consistency()) {
            case LINEARIZABLE -> member.readIndex(timeout);
            case LEADER_LEASE -> member.leaseReadIndex(timeout);
            case BOUNDED -> {
                ReadBound bound = Objects.requireNonNull(wanted.bound(), "checked at start");
                yield member.boundedReadIndex(bound, timeout);
            }
            case LOCAL -> null;
        };
    }

    private void await(CompletableFuture<Long> member) {
        Waiting.await(member, timeout, ReadUnavailableException::new);
    }

    /** Of the time that the query as a whole may wait. */
    private Duration left(long begin) {
        Duration left = timeout.minusNanos(System.nanoTime() - begin);
        return left.compareTo(LEAST) > 0 ? left : LEAST;
    }
}
