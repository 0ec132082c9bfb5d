package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadBound;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.StateGate.Reading;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs a query on this member, once its state is as fresh as the query wants it. */
final class QueryCaller {

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final CompletableFuture<Long> AS_IT_STANDS = CompletableFuture.completedFuture(0L);

    private final @Nullable RaftNode node;
    private final StateGate gate;
    private final Duration timeout;

    /** @param node null if this application runs without a member */
    QueryCaller(@Nullable RaftNode node, StateGate gate, Duration timeout) {
        this.node = node;
        this.gate = gate;
        this.timeout = timeout;
    }

    /** Waits for the state and runs the query on the caller's thread. */
    @Nullable Object call(Freshness wanted, Method method, Reading<Throwable> query) throws Throwable {
        Read read = new Read(wanted, method);
        Waiting.await(read.fresh(), timeout, ReadUnavailableException::new);
        return read.run(query);
    }

    /**
     * Does not wait: the query runs on one of the threads once the state is fresh enough.
     *
     * @return ends by the deadline of the read, beside the time that the query itself takes
     */
    CompletableFuture<@Nullable Object> start(
            Freshness wanted, Method method, Reading<Throwable> query, Executor threads) {
        Read read = new Read(wanted, method);
        CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
        Waiting.answered(read.fresh(), timeout, ReadUnavailableException::new)
                .whenCompleteAsync(
                        (fresh, unavailable) -> {
                            if (unavailable != null) {
                                answer.completeExceptionally(unavailable);
                                return;
                            }
                            try {
                                answer.complete(read.run(query));
                            } catch (Throwable failure) {
                                answer.completeExceptionally(failure);
                            }
                        },
                        threads);
        return answer;
    }

    /** One call of a query. Made on its caller's thread, whose position in the log it has. */
    private final class Read {

        private final Freshness wanted;
        private final RaftNode member;
        private final @Nullable CallerPosition position = CallerPosition.current();
        private final long begin = System.nanoTime();

        Read(Freshness wanted, Method method) {
            if (node == null) {
                throw new ReadUnavailableException("The query " + ReplicatedBeanException.describe(method)
                        + " cannot be answered: " + CommandCaller.NO_MEMBER);
            }
            this.wanted = wanted;
            this.member = node;
        }

        /** Ends when the state is as fresh as the query wants it. */
        CompletableFuture<Long> fresh() {
            if (position != null && position.index() > 0 && wanted.consistency() != ReadConsistency.LINEARIZABLE) {
                // First, since what is found out about the state's age grows old while this waits.
                return member.awaitApplied(position.index(), timeout).thenCompose(seen -> asWanted());
            }
            return asWanted();
        }

        private CompletableFuture<Long> asWanted() {
            return switch (wanted.consistency()) {
                case LINEARIZABLE -> member.readIndex(left());
                case LEADER_LEASE -> member.leaseReadIndex(left());
                case BOUNDED -> {
                    ReadBound bound = Objects.requireNonNull(wanted.bound(), "checked at start");
                    yield member.boundedReadIndex(bound, left());
                }
                case LOCAL -> AS_IT_STANDS;
            };
        }

        @Nullable Object run(Reading<Throwable> query) throws Throwable {
            return gate.query(wanted, left(), () -> {
                try {
                    return query.run();
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
