package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import org.junit.jupiter.api.Test;

class KeyedOutcomesTests {

    @Test
    void aKeyIsKeptForADayOfTheLogsTimeAndNotLonger() {
        KeyedOutcomes keyed = new KeyedOutcomes();
        byte[] key = {1};
        keyed.keep("shop.order", key, 1, new byte[] {2}, new byte[] {3}, 1_000);

        keyed.expire(1_000 + KeyedOutcomes.KEPT.toMillis());
        assertThat(keyed.find("shop.order", key)).isNotNull();

        keyed.expire(1_001 + KeyedOutcomes.KEPT.toMillis());
        assertThat(keyed.find("shop.order", key)).isNull();
    }

    @Test
    void argumentsOfAnotherVersionAreNotComparedAndThoseOfTheSameAre() {
        KeyedOutcomes keyed = new KeyedOutcomes();
        byte[] key = {1};
        keyed.keep("shop.order", key, 1, new byte[] {2}, new byte[] {3}, 1_000);
        KeyedOutcomes.Kept kept = keyed.find("shop.order", key);

        assertThat(kept).isNotNull();
        assertThat(kept.sameArguments(2, new byte[] {9})).isTrue();
        assertThat(kept.sameArguments(1, new byte[] {9})).isFalse();
        assertThat(kept.sameArguments(1, new byte[] {2})).isTrue();
    }

    @Test
    void theOldestKeysMakeRoomForNewOnes() {
        KeyedOutcomes keyed = new KeyedOutcomes();
        for (int i = 0; i <= KeyedOutcomes.MOST; i++) {
            keyed.keep(
                    "shop.order",
                    LogEntry.newBuilder().setProposer("key " + i).build().toByteArray(),
                    1,
                    new byte[0],
                    new byte[1],
                    0);
        }

        assertThat(keyed.size()).isEqualTo(KeyedOutcomes.MOST);
    }

    /** The length of an outcome is not in the log: messages of exceptions differ between Java versions. */
    @Test
    void whichKeysAreKnownDoesNotDependOnHowLongOutcomesAre() {
        KeyedOutcomes keyed = new KeyedOutcomes();
        for (int i = 1; i <= 70; i++) {
            keyed.keep("shop.order", new byte[] {(byte) i}, 1, new byte[0], outcome(i, 1 << 20), 0);
        }

        assertThat(keyed.size()).isEqualTo(70);
        assertThat(keyed.bytes()).isLessThanOrEqualTo(KeyedOutcomes.MOST_BYTES);
        assertThat(keyed.find("shop.order", new byte[] {1}).outcome()).hasSizeLessThan(100);
        assertThat(keyed.find("shop.order", new byte[] {70}).outcome()).hasSizeGreaterThan(1 << 20);
    }

    private static byte[] outcome(int index, int size) {
        return EntryOutcome.newBuilder()
                .setIndex(index)
                .setCommand(CommandOutcome.newBuilder().setValue(ByteString.copyFrom(new byte[size])))
                .build()
                .toByteArray();
    }
}
