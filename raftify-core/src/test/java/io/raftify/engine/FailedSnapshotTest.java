package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StorageType;
import io.raftify.node.StoredSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A snapshot that cannot be written costs nothing but a longer log. */
class FailedSnapshotTest {

    enum Failure {
        TAKING,
        TAKING_WITH_AN_ERROR,
        WRITING,
        WRITING_WITH_AN_ERROR
    }

    private volatile Failure failure;

    @ParameterizedTest
    @EnumSource
    void the_member_goes_on_and_the_next_one_is_written(Failure kind) throws Exception {
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("test")
                .peers(Map.of(
                        "n1", new PeerAddress("127.0.0.1", FreePorts.find(1).get(0))))
                .storageType(StorageType.MEMORY)
                .build();
        try (RaftNode node = RaftNode.create(settings, new FailsOnRequest())) {
            node.start();
            propose(node);
            long first = node.snapshot().get(20, TimeUnit.SECONDS);
            propose(node);
            failure = kind;

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> node.snapshot().get(20, TimeUnit.SECONDS))
                    .withMessageContaining("on request");

            assertThat(node.status().snapshotIndex()).isEqualTo(first);
            propose(node);
            failure = null;
            assertThat(node.snapshot().get(20, TimeUnit.SECONDS)).isGreaterThan(first);
            assertThat(node.status().failure()).isNull();
        }
    }

    private static void propose(RaftNode node) throws Exception {
        node.propose(new byte[] {1}, Duration.ofSeconds(10)).get();
    }

    private final class FailsOnRequest implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            if (failure == Failure.TAKING) {
                throw new IllegalStateException("on request");
            }
            if (failure == Failure.TAKING_WITH_AN_ERROR) {
                throw new AssertionError("on request");
            }
            return out -> {
                out.write(1);
                if (failure == Failure.WRITING) {
                    throw new IOException("on request");
                }
                if (failure == Failure.WRITING_WITH_AN_ERROR) {
                    throw new AssertionError("on request");
                }
            };
        }

        @Override
        public void restore(StoredSnapshot snapshot) {
            // Nothing is kept.
        }
    }
}
