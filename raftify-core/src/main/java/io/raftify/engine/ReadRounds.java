package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcResponseClosure;
import com.alipay.sofa.jraft.rpc.RpcResponseClosureAdapter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a read index on behalf of everybody who waits for one. Only one question is under way at a time; whoever comes
 * meanwhile shares the next one, since the answer to a question says nothing of what was acknowledged after it was asked.
 * So reads cost at most one round at a time, however many there are; on the leader, those of other members among them.
 *
 * <p>A question that nobody answers within an election timeout is given up, and the next one asked.
 */
final class ReadRounds {

    /** Somebody who wants an index. */
    interface Waiter {

        /**
         * Every entry that was acknowledged to anybody before the waiter joined is at or before this index. May come
         * after {@link #failed}, since a late answer is as true as an early one.
         *
         * @param askedAt when the question was asked, by the monotonic clock
         */
        void index(long index, long askedAt);

        /**
         * There will be no answer; asking again cannot do harm.
         *
         * @return whether it is to be asked again, together with all others, after a pause
         */
        boolean failed(String reason);
    }

    private final Consumer<RpcResponseClosure<ReadIndexResponse>> question;
    private final Executor asking;
    private final ScheduledExecutorService clock;
    private final long patienceMillis;

    /** Between a question that failed and the next one for the same waiters. */
    private static final long PAUSE_MILLIS = 20;

    private Set<Waiter> next = new LinkedHashSet<>();
    private boolean underWay;

    /**
     * @param question asks the leader, or a quorum if this is the leader; may block while the engine stores a term
     * @param asking runs it
     */
    ReadRounds(
            Consumer<RpcResponseClosure<ReadIndexResponse>> question,
            Executor asking,
            ScheduledExecutorService clock,
            long patienceMillis) {
        this.question = question;
        this.asking = asking;
        this.clock = clock;
        this.patienceMillis = patienceMillis;
    }

    /** Does not block. */
    void join(Waiter waiter) {
        synchronized (this) {
            next.add(waiter);
            if (underWay) {
                return;
            }
            underWay = true;
        }
        begin();
    }

    /** It wants no index any more. What waits while nobody can be asked is bounded in this way. */
    synchronized void leave(Waiter waiter) {
        next.remove(waiter);
    }

    private void begin() {
        try {
            asking.execute(this::ask);
        } catch (RejectedExecutionException closing) {
            close();
        }
    }

    private void close() {
        Set<Waiter> waiting;
        synchronized (this) {
            underWay = false;
            waiting = takeNext();
        }
        waiting.forEach(waiter -> waiter.failed("this member is closing"));
    }

    private synchronized Set<Waiter> takeNext() {
        Set<Waiter> taken = next;
        next = new LinkedHashSet<>();
        return taken;
    }

    private void ask() {
        // Taken as late as possible: who has joined until now was there before the question.
        Round round = new Round(takeNext());
        round.begin();
        try {
            question.accept(round);
        } catch (RuntimeException shuttingDown) {
            round.run(new Status(-1, "%s", "this member is shutting down"));
        }
    }

    private void goOn() {
        synchronized (this) {
            if (next.isEmpty()) {
                underWay = false;
                return;
            }
        }
        begin();
    }

    /** One timer for all of them: thousands of their own would keep the clock too busy to end them at their deadlines. */
    private void goOnAfterAPause() {
        try {
            clock.schedule(this::goOn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            close();
        }
    }

    private final class Round extends RpcResponseClosureAdapter<ReadIndexResponse> {

        private final Set<Waiter> waiters;
        private final long askedAt = System.nanoTime();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable Future<?> patience;

        Round(Set<Waiter> waiters) {
            this.waiters = waiters;
        }

        void begin() {
            try {
                patience = clock.schedule(
                        () -> end("no answer within " + patienceMillis + " ms"), patienceMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closing) {
                end("this member is closing");
            }
        }

        @Override
        public void run(Status status) {
            ReadIndexResponse answer = getResponse();
            if (!status.isOk()) {
                end(String.valueOf(status.getErrorMsg()));
            } else if (answer == null || !answer.getSuccess()) {
                end("no quorum confirmed the leader");
            } else {
                if (over.compareAndSet(false, true)) {
                    cancelPatience();
                    goOn();
                }
                waiters.forEach(waiter -> waiter.index(answer.getIndex(), askedAt));
            }
        }

        private void end(String reason) {
            if (over.compareAndSet(false, true)) {
                cancelPatience();
                List<Waiter> again =
                        waiters.stream().filter(waiter -> waiter.failed(reason)).toList();
                synchronized (ReadRounds.this) {
                    next.addAll(again);
                }
                if (again.isEmpty()) {
                    goOn();
                } else {
                    goOnAfterAPause();
                }
            }
        }

        private void cancelPatience() {
            Future<?> timer = patience;
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }
}
