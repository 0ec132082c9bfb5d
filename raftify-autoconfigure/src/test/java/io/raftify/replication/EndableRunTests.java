package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What ends a command from outside reaches the application's code, and never the library's. */
class EndableRunTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LATER = Duration.ofSeconds(2);
    private static final Duration TOO_LATE = Duration.ofSeconds(11);

    private final EndableRun run = new EndableRun();
    private final AtomicReference<@Nullable Throwable> ended = new AtomicReference<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private @Nullable Thread thread;

    @AfterEach
    void end() {
        ending.set(true);
    }

    private void begin(EndableRun.Code code) throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        Thread running = new Thread(() -> {
            try {
                run.run(7, () -> {
                    inside.countDown();
                    return code.call();
                });
                ended.set(new IllegalStateException("it returned"));
            } catch (InvocationTargetException thrown) {
                ended.set(thrown.getTargetException());
            }
        });
        running.setDaemon(true);
        running.start();
        thread = running;
        assertThat(inside.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private Throwable awaitEnd() {
        return await().atMost(PATIENCE).until(ended::get, end -> end != null);
    }

    private Object wait(CountDownLatch latch) throws InvocationTargetException {
        try {
            latch.await();
            return "";
        } catch (InterruptedException interrupted) {
            throw new InvocationTargetException(interrupted);
        }
    }

    private Object loop() {
        long turns = 0;
        while (!ending.get()) {
            turns++;
        }
        return turns;
    }

    @Test
    void whatWaitsIsInterrupted() throws Exception {
        begin(() -> wait(new CountDownLatch(1)));

        assertThat(run.end(7, AT_ONCE)).isTrue();

        assertThat(awaitEnd()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void anotherEntryIsNotEnded() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        begin(() -> wait(latch));

        assertThat(run.end(6, LATER)).isTrue();

        latch.countDown();
        assertThat(awaitEnd()).hasMessage("it returned");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_19, disabledReason = "a thread cannot be stopped in later versions")
    void aLoopIsStoppedAfterItWasInterruptedInVain() throws Exception {
        begin(this::loop);

        assertThat(run.end(7, AT_ONCE)).isTrue();
        assertThat(ended).hasValue(null);
        assertThat(run.end(7, LATER)).isTrue();

        assertThat(awaitEnd().getClass().getName()).isEqualTo("java.lang.ThreadDeath");
    }

    @Test
    void afterAWhileThereIsNothingMoreToTry() throws Exception {
        begin(() -> {
            while (!ending.get()) {
                try {
                    loop();
                } catch (Throwable notForMe) {
                    LockSupport.parkNanos(1);
                }
            }
            return "";
        });

        assertThat(run.end(7, AT_ONCE)).isTrue();
        assertThat(run.end(7, LATER)).isTrue();
        assertThat(run.end(7, TOO_LATE)).isFalse();
        assertThat(ended).hasValue(null);
    }

    @Test
    void whatTheCodeThrowsByItselfIsItsOwnAndErrorsOfTheLibraryAreNotTakenForIt() {
        assertThatExceptionOfType(InvocationTargetException.class)
                .isThrownBy(() -> run.run(7, () -> {
                    throw new InvocationTargetException(new IllegalStateException("own"));
                }))
                .withCauseInstanceOf(IllegalStateException.class);
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> run.run(7, () -> {
                    throw new StackOverflowError();
                }));
    }

    /** At any moment of short runs, so that many are over just then. */
    @Test
    void whateverTheMomentNothingArrivesOutside() throws Exception {
        AtomicLong entry = new AtomicLong();
        AtomicReference<@Nullable Throwable> outside = new AtomicReference<>();
        AtomicLong hits = new AtomicLong();
        Thread applying = new Thread(() -> {
            try {
                long sum = 0;
                for (int i = 1; i <= 3_000; i++) {
                    entry.set(i);
                    try {
                        run.run(i, () -> {
                            long turns = ThreadLocalRandom.current().nextInt(20_000);
                            long inner = 0;
                            for (long turn = 0; turn < turns; turn++) {
                                inner += turn % 7;
                            }
                            return inner;
                        });
                    } catch (InvocationTargetException stopped) {
                        hits.incrementAndGet();
                    }
                    for (int turn = 0; turn < 1_000; turn++) {
                        sum += turn % 3;
                    }
                    if (Thread.currentThread().isInterrupted()) {
                        throw new IllegalStateException("interrupted outside, after " + sum);
                    }
                }
            } catch (Throwable arrived) {
                outside.set(arrived);
            }
        });
        applying.start();
        while (applying.isAlive()) {
            run.end(entry.get(), LATER);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(50_000));
        }
        applying.join();

        assertThat(outside).hasValue(null);
        if (Runtime.version().feature() < 20) {
            assertThat(hits).hasPositiveValue();
        }
    }
}
