package io.raftify.replication.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.replication.wire.Checkpoint;
import io.raftify.replication.wire.FieldDigest;
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

        checkpoints.taken(1_003, Map.of());

        assertThat(checkpoints.due(1_999)).isFalse();
        assertThat(checkpoints.due(2_000)).isTrue();
    }

    @Test
    void whatIsLargeIsLookedAtMoreRarelyAndTheRestAsBefore() {
        checkpoints.taken(1_000, Map.of());
        checkpoints.takenOfLarge(1_000, 4_000_000);
        assertThat(checkpoints.due(2_000)).isTrue();
        assertThat(checkpoints.dueOfLarge(15_999)).isFalse();
        assertThat(checkpoints.dueOfLarge(16_000)).isTrue();

        checkpoints.takenOfLarge(16_000, 256_000);
        assertThat(checkpoints.dueOfLarge(16_999)).isFalse();
        assertThat(checkpoints.dueOfLarge(17_000)).isTrue();
    }

    @Test
    void ofVeryManyFieldsThereIsOneDigestButForTheValuesWhichAMemberMayLeaveOut() {
        checkpoints.applied(value(1));
        Checkpoint both = small(checkpoints, Map.of("a", new byte[] {1}, "b", new byte[] {2}));
        Checkpoint another = small(new Checkpoints(() -> "a build"), Map.of("a", new byte[] {1}, "b", new byte[] {3}));

        assertThat(both.getFieldsList())
                .extracting(FieldDigest::getField)
                .containsExactly(Checkpoints.VALUES, Checkpoints.ALL);
        assertThat(another.getFields(1).getField()).isEqualTo(Checkpoints.ALL);
        assertThat(another.getFields(1)).isNotEqualTo(both.getFields(1));
        assertThat(small(new Checkpoints(() -> "a build"), Map.of("b", new byte[] {2}, "a", new byte[] {1}))
                        .getFields(1))
                .isEqualTo(both.getFields(1));
    }

    private static Checkpoint small(Checkpoints checkpoints, Map<String, byte[]> fields) {
        checkpoints.taken(1_000, fields);
        return Checkpoints.withoutFields(checkpoints.report()).getCheckpoints(0);
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

        assertThat(same.taken(1_000, Map.of())).isEqualTo(checkpoints.taken(1_000, Map.of()));
        assertThat(other.taken(1_000, Map.of())).isNotEqualTo(checkpoints.taken(1_000, Map.of()));
    }

    @Test
    void aRestoredMemberTakesThemAfterTheSameEntries() throws IOException {
        checkpoints.applied(value(1));
        checkpoints.taken(1_000, Map.of());
        checkpoints.takenOfLarge(1_000, 4_000_000);
        Checkpoints restored = new Checkpoints(() -> "a build");
        restored.taken(5, Map.of());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        checkpoints.write(new DataOutputStream(bytes));
        restored.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())))
                .run();

        assertThat(restored.due(1_999)).isFalse();
        assertThat(restored.due(2_000)).isTrue();
        assertThat(restored.dueOfLarge(15_999)).isFalse();
        assertThat(restored.dueOfLarge(16_000)).isTrue();
        assertThat(restored.report().getCheckpointsList()).isEmpty();
        assertThat(restored.taken(16_000, Map.of())).isEqualTo(checkpoints.taken(16_000, Map.of()));
    }

    @Test
    void aDifferenceOfValuesIsOfTheStretchInWhichItCame() {
        Checkpoints other = new Checkpoints(() -> "a build");
        checkpoints.applied(value(1));
        other.applied(value(2));
        assertThat(other.taken(1_000, Map.of())).isNotEqualTo(checkpoints.taken(1_000, Map.of()));

        checkpoints.applied(value(3));
        other.applied(value(3));
        assertThat(other.taken(2_000, Map.of())).isEqualTo(checkpoints.taken(2_000, Map.of()));
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
        assertThat(upgraded.taken(1_000, Map.of()).getFieldsList()).isEmpty();
        upgraded.applied(value(3));
        assertThat(upgraded.taken(2_000, Map.of()).getFieldsList())
                .singleElement()
                .satisfies(field -> assertThat(field.getField()).isEqualTo(Checkpoints.VALUES));
    }

    private static byte[] value(int value) {
        return new byte[] {(byte) value};
    }
}
