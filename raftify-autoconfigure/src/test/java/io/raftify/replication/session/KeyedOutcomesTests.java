package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;

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
}
