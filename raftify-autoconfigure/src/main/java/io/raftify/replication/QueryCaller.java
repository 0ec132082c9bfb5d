package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateGate.Inside;
import java.time.Duration;
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
        if (node == null) {
            throw new ReadUnavailableException("The query "
                    + ReplicatedBeanException.describe(invocation.getMethod()) + " cannot be answered: "
                    + CommandCaller.NO_MEMBER);
        }
        return switch (consistency) {
            case LINEARIZABLE -> {
                Waiting.await(node.readIndex(timeout), timeout, ReadUnavailableException::new);
                yield gate.query(Inside.LINEARIZABLE_QUERY, timeout, invocation::proceed);
            }
            case LOCAL -> gate.query(Inside.LOCAL_QUERY, timeout, invocation::proceed);
        };
    }
}
