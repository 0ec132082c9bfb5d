package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateGate.Work;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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
        Query query = new Query(wanted, invocation.getMethod());
        Waiting.await(query.fresh(), timeout, ReadUnavailableException::new);
        return query.run(invocation::proceed);
    }

    /**
     * Does not wait: the query runs on one of the threads once the state is fresh enough.
     *
     * @return ends by the deadline of the read, beside the time that the query itself takes
     */
    CompletableFuture<@Nullable Object> start(
            Freshness wanted, Method method, Work<@Nullable Object, Throwable> work, Executor threads) {
        CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
        Query query = new Query(wanted, method);
        Waiting.answered(query.fresh(), timeout, ReadUnavailableException::new)
                .whenCompleteAsync(
                        (fresh, unavailable) -> {
                            if (unavailable != null) {
                                answer.completeExceptionally(unavailable);
                                return;
                            }
                            try {
                                answer.complete(query.run(work));
                            } catch (Throwable failure) {
                                answer.completeExceptionally(failure);
                            }
                        },
                        threads);
        return answer;
    }

    /** One call of a query. */
    private final class Query {

        private final Freshness wanted;
        private final RaftNode member;
        private final long begin = System.nanoTime();

        /** The caller's, whichever thread the query runs on. */
        private final @Nullable CallerPosition position = CallerPosition.current();

        Query(Freshness wanted, Method method) {
            if (node == null) {
                throw new ReadUnavailableException("The query " + ReplicatedBeanException.describe(method)
                        + " cannot be answered: " + CommandCaller.NO_MEMBER);
            }
            this.wanted = wanted;
            this.member = node;
        }

        /** @return ends when this member's state is as fresh as the query and its caller want it */
        CompletableFuture<Long> fresh() {
            if (position == null || position.index() == 0 || wanted.consistency() == ReadConsistency.LINEARIZABLE) {
                return asDeclared();
            }
            // First, since what is found out about the state's age grows old while this waits.
            return member.awaitApplied(position.index(), timeout).thenCompose(applied -> asDeclared());
        }

        private CompletableFuture<Long> asDeclared() {
            return switch (wanted.consistency()) {
                case LINEARIZABLE -> member.readIndex(left());
                case LEADER_LEASE -> member.leaseReadIndex(left());
                case BOUNDED -> {
                    ReadBound bound = Objects.requireNonNull(wanted.bound(), "checked at start");
                    yield member.boundedReadIndex(bound, left());
                }
                case LOCAL -> CompletableFuture.completedFuture(0L);
            };
        }

        <T extends @Nullable Object, E extends Throwable> T run(Work<T, E> work) throws E {
            return gate.query(wanted, left(), () -> {
                try {
                    return work.run();
                } finally {
                    if (position != null) {
                        // While commands are held back, so that it is no earlier than what the query has seen.
                        position.seen(member.applyingIndex());
                    }
                }
            });
        }

        /** Of the time that the query as a whole may wait. */
        private Duration left() {
            Duration left = timeout.minusNanos(System.nanoTime() - begin);
            return left.compareTo(LEAST) > 0 ? left : LEAST;
        }
    }
}
