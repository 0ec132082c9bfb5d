package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LogTimeTests {

    private final LogTime time = new LogTime();

    @Test
    void theLogsTimeNeverGoesBack() {
        assertThat(time.advance("n1", 1_000)).isEqualTo(1_000);
        assertThat(time.advance("n2", 900)).isEqualTo(1_000);
        assertThat(time.advance("n1", 900)).isEqualTo(1_000);
        assertThat(time.advance("n1", 1_001)).isEqualTo(1_001);
    }

    @Test
    void oneClockAloneAgreesWithNobody() {
        time.advance("n1", 1_000);
        time.advance("n1", 9_000);

        assertThat(time.agreed()).isZero();
    }

    @Test
    void agreedIsWhatTheClocksOfTwoHaveReached() {
        time.advance("n1", 1_000);
        time.advance("n2", 900);
        assertThat(time.agreed()).isEqualTo(900);

        time.advance("n3", 950);
        assertThat(time.agreed()).isEqualTo(950);

        time.advance("n2", 9_000);
        assertThat(time.agreed()).as("n1 was there").isEqualTo(1_000);

        time.advance("n2", 9_100);
        time.advance("n1", 800);
        assertThat(time.agreed()).isEqualTo(1_000);

        time.advance("n3", 9_050);
        assertThat(time.agreed()).isEqualTo(9_050);
    }

    @Test
    void aRestoredTimeIsTheSame() throws IOException {
        time.advance("n1", 1_000);
        time.advance("n2", 900);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        time.write(new DataOutputStream(written));
        LogTime restored = new LogTime();
        restored.read(new DataInputStream(new ByteArrayInputStream(written.toByteArray())))
                .run();

        assertThat(restored.agreed()).isEqualTo(900);
        assertThat(restored.advance("n1", 0)).isEqualTo(1_000);
        restored.advance("n2", 2_000);
        assertThat(restored.agreed()).isEqualTo(1_000);
    }
}
