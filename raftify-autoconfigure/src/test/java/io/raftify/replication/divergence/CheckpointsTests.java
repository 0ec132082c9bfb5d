package io.raftify.replication.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftify.replication.wire.CommandOutcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointsTests {

    private final Checkpoints checkpoints = new Checkpoints(() -> "a build");

    @Test
    void oneIsDueAfterTheFirstEntryOfEveryThousandThatReachesTheBeans() {
        assertThat(checkpoints.due(1)).isFalse();
        assertThat(checkpoints.due(999)).isFalse();
        assertThat(checkpoints.due(1_000)).isTrue();
        assertThat(checkpoints.due(1_003)).isTrue();

        checkpoints.taken(1_003, Map.of(), 0);

        assertThat(checkpoints.due(1_999)).isFalse();
        assertThat(checkpoints.due(2_000)).isTrue();
    }

    @Test
    void ofALargeStateTheyAreTakenMoreRarelyAndOfOneThatShrankAsBefore() {
        checkpoints.taken(1_000, Map.of(), 4_000_000);
        assertThat(checkpoints.due(15_999)).isFalse();
        assertThat(checkpoints.due(16_000)).isTrue();

        checkpoints.taken(16_000, Map.of(), 256_000);
        assertThat(checkpoints.due(17_000)).isTrue();
    }

    @Test
    void anotherValueAnywhereBeforeGivesAnotherDigestAndTheSameOnesTheSame() {
        Checkpoints same = new Checkpoints(() -> "a build");
        Checkpoints other = new Checkpoints(() -> "a build");
        for (int i = 0; i < 10; i++) {
            checkpoints.applied(value(i));
            same.applied(value(i));
            other.applied(value(i == 3 ? 99 : i));
        }

        assertThat(same.taken(1_000, Map.of(), 0)).isEqualTo(checkpoints.taken(1_000, Map.of(), 0));
        assertThat(other.taken(1_000, Map.of(), 0)).isNotEqualTo(checkpoints.taken(1_000, Map.of(), 0));
    }

    @Test
    void aRestoredMemberTakesThemAfterTheSameEntries() throws IOException {
        checkpoints.applied(value(1));
        checkpoints.taken(1_000, Map.of(), 4_000_000);
        Checkpoints restored = new Checkpoints(() -> "a build");
        restored.taken(5, Map.of(), 0);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        checkpoints.write(new DataOutputStream(bytes));
        restored.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())))
                .run();

        assertThat(restored.due(15_999)).isFalse();
        assertThat(restored.due(16_000)).isTrue();
        assertThat(restored.report().getCheckpointsList()).isEmpty();
        assertThat(restored.taken(16_000, Map.of(), 0)).isEqualTo(checkpoints.taken(16_000, Map.of(), 0));
    }

    @Test
    void aDifferenceOfValuesIsOfTheStretchInWhichItCame() {
        Checkpoints other = new Checkpoints(() -> "a build");
        checkpoints.applied(value(1));
        other.applied(value(2));
        assertThat(other.taken(1_000, Map.of(), 0)).isNotEqualTo(checkpoints.taken(1_000, Map.of(), 0));

        checkpoints.applied(value(3));
        other.applied(value(3));
        assertThat(other.taken(2_000, Map.of(), 0)).isEqualTo(checkpoints.taken(2_000, Map.of(), 0));
    }

    @Test
    void valuesThatAnotherBuildWroteAreNotCompared() throws IOException {
        checkpoints.applied(value(1));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        checkpoints.write(new DataOutputStream(bytes));
        Checkpoints upgraded = new Checkpoints(() -> "the next build");
        upgraded.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())))
                .run();

        upgraded.applied(value(2));
        assertThat(upgraded.taken(1_000, Map.of(), 0).getFieldsList()).isEmpty();
        upgraded.applied(value(3));
        assertThat(upgraded.taken(2_000, Map.of(), 0).getFieldsList())
                .singleElement()
                .satisfies(field -> assertThat(field.getField()).isEqualTo(Checkpoints.VALUES));
    }

    private static CommandOutcome value(int value) {
        return CommandOutcome.newBuilder()
                .setValue(ByteString.copyFrom(new byte[] {(byte) value}))
                .build();
    }
}
