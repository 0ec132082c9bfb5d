package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogTimeTests {

    @Test
    void theLogsTimeNeverGoesBack() {
        LogTime time = new LogTime();

        assertThat(time.advance(1_000)).isEqualTo(1_000);
        assertThat(time.advance(900)).isEqualTo(1_000);
        assertThat(time.advance(1_001)).isEqualTo(1_001);
    }
}
