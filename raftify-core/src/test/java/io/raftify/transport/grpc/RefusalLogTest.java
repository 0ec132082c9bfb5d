package io.raftify.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {

    private final LogLines log = new LogLines();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000); // soon negative, as nanoTime may be
    private final RefusalLog refusals = new RefusalLog(clock::get);

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void aRefusalIsSaidAtOnceAndAgainAfterAMinuteOnly() {
        refusals.report("n2 was refused");
        pass(Duration.ofSeconds(59));
        refusals.report("n2 was refused");
        refusals.report("n3 was refused");
        assertThat(log.warnings()).containsExactly("n2 was refused", "n3 was refused");

        pass(Duration.ofSeconds(2));
        refusals.report("n2 was refused");
        assertThat(log.warnings()).containsExactly("n2 was refused", "n3 was refused", "n2 was refused");
    }

    @Test
    void strangersWithEverNewReasonsCannotFloodIt() {
        for (int i = 0; i < 10_000; i++) {
            refusals.report("reason " + i);
        }
        assertThat(log.warnings()).hasSize(50);

        pass(Duration.ofMinutes(1));
        refusals.report("another reason");
        assertThat(log.warnings()).hasSize(51).last().isEqualTo("another reason");
    }
}
