package io.raftify.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far this member has applied the log, and who waits until it has come further.
 *
 * <p>The state machine says so after every command. Of entries that are no commands, such as the one by which a new
 * leader begins its term, only the engine knows; it is asked while somebody waits.
 */
final class AppliedIndex {

    private static final Logger log = LoggerFactory.getLogger(AppliedIndex.class);

    private static final long FIRST_LOOK_MILLIS = 1;
    private static final long LATEST_LOOK_MILLIS = 32;

    private final LongSupplier engine;
    private final Executor looking;
    private final ScheduledExecutorService clock;
    private final AtomicLong known = new AtomicLong();
    private volatile long given;

    private final TreeSet<Wait> waits =
            new TreeSet<>(Comparator.comparingLong(Wait::index).thenComparingLong(Wait::number));
    private long count;
    private boolean lookDue;

    /** The first of {@link #waits}, to be looked at after every command without a lock. */
    private volatile long lowest = Long.MAX_VALUE;

    /** Until {@link #then} is run or the wait is given up. */
    record Wait(long index, long number, Runnable then) {}

    /**
     * @param engine the last index that the engine has applied; may block while the engine stores a term
     * @param looking asks the engine
     */
    AppliedIndex(LongSupplier engine, Executor looking, ScheduledExecutorService clock) {
        this.engine = engine;
        this.looking = looking;
        this.clock = clock;
    }

    /** Everything up to here is applied, and perhaps more. */
    long known() {
        return known.get();
    }

    /** Nothing beyond this has had any effect on the state machine. */
    long given() {
        return given;
    }

    /** The state machine gets this entry now, or a snapshot up to it. */
    void giving(long index) {
        given = index;
    }

    /** The state machine has applied this entry and all before it. */
    void reached(long index) {
        known.accumulateAndGet(index, Math::max);
        if (index >= lowest) {
            release();
        }
    }

    /**
     * Runs something once the index is reached: at once, or later on a thread of the member.
     *
     * @return to be given to {@link #giveUp} if it is not waited for any more
     */
    Wait await(long index, Runnable then) {
        Wait wait;
        synchronized (this) {
            wait = new Wait(index, count++, then);
            waits.add(wait);
            lowest = waits.first().index();
        }
        // After it can be seen: the index may have been reached meanwhile.
        if (known.get() >= index) {
            release();
        } else {
            look(FIRST_LOOK_MILLIS);
        }
        return wait;
    }

    synchronized void giveUp(Wait wait) {
        waits.remove(wait);
        lowest = waits.isEmpty() ? Long.MAX_VALUE : waits.first().index();
    }

    private void release() {
        List<Wait> over = new ArrayList<>();
        synchronized (this) {
            long reached = known.get();
            while (!waits.isEmpty() && waits.first().index() <= reached) {
                over.add(waits.pollFirst());
            }
            lowest = waits.isEmpty() ? Long.MAX_VALUE : waits.first().index();
        }
        over.forEach(wait -> wait.then().run());
    }

    private void look(long delayMillis) {
        synchronized (this) {
            if (lookDue || waits.isEmpty()) {
                return;
            }
            lookDue = true;
        }
        try {
            clock.schedule(() -> looking.execute(() -> askEngine(delayMillis)), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            log.debug("Not looking any more how far the engine is: the member is closing");
        }
    }

    private void askEngine(long delayMillis) {
        synchronized (this) {
            lookDue = false;
        }
        try {
            reached(engine.getAsLong());
        } catch (IllegalStateException inactive) {
            log.trace("The engine applies nothing any more", inactive);
        }
        look(Math.min(LATEST_LOOK_MILLIS, 2 * delayMillis));
    }
}
