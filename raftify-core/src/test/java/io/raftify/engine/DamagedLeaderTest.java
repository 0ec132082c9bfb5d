package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of those that are there, only a member whose log is damaged has all that was acknowledged: it must not lead with a hole. */
class DamagedLeaderTest {

    @TempDir
    Path directory;

    private final List<String> acknowledged = new ArrayList<>();

    /** Everything is acknowledged by n1 and n2, and n3 has but the beginning. */
    @BeforeEach
    void writeWithoutTheThird() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            write(cluster, "begin");
            cluster.awaitAgreement("begin");
            cluster.stop("n3");
            for (int i = 0; i < 20; i++) {
                write(cluster, "acknowledged " + i + ".");
            }
            cluster.awaitAgreement(acknowledged.toArray(String[]::new));
        }
    }

    private void write(TestCluster cluster, String line) {
        cluster.leader().write(line);
        acknowledged.add(line);
    }

    @Test
    void a_damaged_one_is_not_elected_and_nothing_is_lost() throws Exception {
        flipABitOf("n1", "acknowledged 7.");
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            TestCluster.Member third = cluster.start("n3");

            assertThatExceptionOfType(NodeStartException.class)
                    .isThrownBy(() -> cluster.start("n1"))
                    .withMessageContaining("empty data directory")
                    .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.CORRUPT));
            Duration elections = TestCluster.ELECTION_TIMEOUT.multipliedBy(3);
            await().during(elections)
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> third.status().leaderId() == null);

            cluster.start("n2");
            assertThat(cluster.leader().name).isEqualTo("n2");
            cluster.awaitAgreement(acknowledged.toArray(String[]::new));
        }
    }

    @Test
    void a_sound_one_is_elected() {
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            cluster.start("n3");
            cluster.start("n1");

            assertThat(cluster.leader().name).isEqualTo("n1");
            cluster.awaitAgreement(acknowledged.toArray(String[]::new));
        }
    }

    private void flipABitOf(String member, String line) throws IOException {
        Path file = directory.resolve(member).resolve("log").resolve("data.mdb");
        byte[] bytes = Files.readAllBytes(file);
        // One byte for one character, so that positions in the text are positions in the file.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int flipped = 0;
        // Also where pages that are not in use any more still have it.
        for (int at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1), flipped++) {
            bytes[at + line.getBytes(UTF_8).length - 1] ^= 1;
        }
        assertThat(flipped).as("places of the entry").isPositive();
        Files.write(file, bytes);
    }
}
