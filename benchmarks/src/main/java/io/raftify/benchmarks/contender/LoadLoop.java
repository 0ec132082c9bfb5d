package io.raftify.benchmarks.contender;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of operations under way: when one ends, the next begins. Latency is counted from the call to the
 * answer, so it grows with the number in flight; what would have been called meanwhile by others is not made up for.
 */
final class LoadLoop {

    private static final long PATIENCE_SECONDS = 30;
    private static final int WRITE_EVERY = 5;

    private final Member member;
    private final Cell cell;
    private final long warmUntil;
    private final long end;
    private final byte[] value;
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(3);
    private final LongAdder operations = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();

    LoadLoop(Member member, Cell cell, Duration warmUp, Duration time) {
        this.member = member;
        this.cell = cell;
        this.warmUntil = System.nanoTime() + warmUp.toNanos();
        this.end = warmUntil + time.toNanos();
        this.value = new byte[cell.payload()];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i * 31);
        }
    }

    Measurement run() throws Exception {
        try {
            if (member.threadPerCall()) {
                callFromThreads();
            } else {
                callFromOneThread();
            }
        } catch (UnsupportedOperationException notOffered) {
            return Measurement.notOffered(String.valueOf(notOffered.getMessage()));
        }
        return new Measurement(
                latencies.copy(), (end - warmUntil) / 1e9, operations.sum(), failures.sum(), 0, firstFailure.get());
    }

    private void callFromOneThread() throws Exception {
        Semaphore room = new Semaphore(cell.inFlight());
        for (long number = 0; System.nanoTime() < end; number++) {
            if (!room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("No operation of " + cell + " ended within " + PATIENCE_SECONDS + " s");
            }
            long begin = System.nanoTime();
            begin(number).whenComplete((answer, failure) -> {
                ended(begin, failure);
                room.release();
            });
        }
        if (!room.tryAcquire(cell.inFlight(), PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Not all operations of " + cell + " ended within " + PATIENCE_SECONDS
                    + " s after the last one began");
        }
    }

    private void callFromThreads() throws Exception {
        // The first call on this thread: what is not offered is found out here and not by a thousand threads.
        begin(0).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < cell.inFlight(); i++) {
            Thread caller = new Thread(this::callUntilTheEnd, "caller-" + i);
            caller.setDaemon(true);
            callers.add(caller);
            caller.start();
        }
        for (Thread caller : callers) {
            caller.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS) + Math.max(0, end - System.nanoTime()) / 1_000_000);
            if (caller.isAlive()) {
                throw new IllegalStateException("A call of " + cell + " did not end within " + PATIENCE_SECONDS + " s");
            }
        }
    }

    private void callUntilTheEnd() {
        long number = Thread.currentThread().getId();
        while (System.nanoTime() < end) {
            long begin = System.nanoTime();
            try {
                begin(number++).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                ended(begin, null);
            } catch (Exception failure) {
                ended(begin, failure);
            }
        }
    }

    private CompletableFuture<?> begin(long number) {
        try {
            return switch (cell.operation()) {
                case WRITE, WRITE_ON_FOLLOWER -> member.write(value);
                case READ_ON_LEADER, READ_ON_FOLLOWER -> member.read();
                case READ_LOCAL -> member.localRead();
                case MIXED -> number % WRITE_EVERY == 0 ? member.write(value) : member.read();
            };
        } catch (UnsupportedOperationException notOffered) {
            throw notOffered;
        } catch (Exception failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private void ended(long begin, @Nullable Throwable failure) {
        long now = System.nanoTime();
        if (failure != null) {
            failures.increment();
            firstFailure.compareAndSet(null, String.valueOf(failure));
            // Whoever refuses everything at once is not asked a million times a second.
            LockSupport.parkNanos(1_000_000);
        } else if (now >= warmUntil && now < end) {
            operations.increment();
            latencies.recordValue(now - begin);
        }
    }
}
