package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.state.UnwritableStateException;
import io.raftify.testnode.SingleMemberNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a command can make of the state can be written, and then it can be read again, however large it is. */
class WrittenStateIsReadTests {

    private static final int MANY = 10_000_000;

    @Test
    void aSnapshotOfLongNumbersAndNamesIsRestored() {
        List<byte[]> snapshot = new ArrayList<>();
        context(Growing.class).run(context -> {
            Growing growing = context.getBean(Growing.class);
            growing.power(MANY);
            growing.digits(1_200_000);
            growing.name(1_100_000);
            growing.nest(Growing.DEEPEST);
            snapshot.add(context.getBean(SingleMemberNode.class).writeSnapshot());
        });
        context(Growing.class).run(context -> {
            context.getBean(SingleMemberNode.class).restore(snapshot.get(0));

            assertThat(context.getBean(Growing.class).sizes())
                    .containsExactly(MANY + 1, 1_200_001, 1_100_000, Growing.DEEPEST);
        });
    }

    @Test
    void longNumbersAndNamesAreThereAgainAfterACommandThatThrows() {
        context(Growing.class).run(context -> {
            Growing growing = context.getBean(Growing.class);
            growing.power(MANY);
            growing.name(1_100_000);

            assertThatIllegalStateException().isThrownBy(growing::spoil).withMessage("spoilt");

            assertThat(growing.sizes()).containsExactly(MANY + 1, 2, 1_100_000, 0);
        });
    }

    @Test
    void theDeepestNestThatCanBeWrittenIsRestored() {
        int[] written = new int[1];
        List<byte[]> snapshot = new ArrayList<>();
        context(Growing.class).run(context -> {
            Growing growing = context.getBean(Growing.class);
            for (int depth = 150; depth < 200; depth++) {
                growing.nest(depth);
                try {
                    snapshot.add(context.getBean(SingleMemberNode.class).writeSnapshot());
                    written[0] = depth;
                } catch (UnwritableStateException tooDeep) {
                    return;
                }
            }
        });
        assertThat(written[0]).isBetween(150, 198);
        context(Growing.class).run(context -> {
            context.getBean(SingleMemberNode.class).restore(snapshot.get(snapshot.size() - 1));

            assertThat(context.getBean(Growing.class).sizes().get(3)).isEqualTo(written[0]);
        });
    }

    /** What comes from outside is bounded where it comes in. */
    @Test
    void anArgumentOfThatSizeIsRefused() {
        context(Growing.class)
                .run(context -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> context.getBean(Growing.class).set(BigInteger.TWO.pow(MANY)))
                        .withMessageContaining("exceeds the maximum"));
    }

    record Text(Map<String, Integer> words) {}

    record Nested(List<Nested> inner) {}

    static class Growing {

        /** Records in lists, each of which is a level of its own. */
        static final int DEEPEST = 120;

        @ReplicatedState
        private BigInteger number = BigInteger.TWO;

        @ReplicatedState
        private BigDecimal decimal = new BigDecimal("1.1");

        @ReplicatedState
        private final Map<Integer, Text> texts = new HashMap<>();

        @ReplicatedState
        private final List<Nested> nested = new ArrayList<>();

        @ReplicatedCommand("growing.power")
        public void power(int exponent) {
            number = BigInteger.TWO.pow(exponent);
        }

        @ReplicatedCommand("growing.set")
        public void set(BigInteger given) {
            number = given;
        }

        @ReplicatedCommand("growing.digits")
        public void digits(int digits) {
            decimal = BigDecimal.ONE.scaleByPowerOfTen(digits).add(BigDecimal.ONE);
        }

        @ReplicatedCommand("growing.name")
        public void name(int length) {
            texts.put(1, new Text(Map.of("x".repeat(length), 1)));
        }

        @ReplicatedCommand("growing.nest")
        public void nest(int depth) {
            Nested nest = new Nested(List.of());
            for (int i = 1; i < depth; i++) {
                nest = new Nested(List.of(nest));
            }
            nested.clear();
            nested.add(nest);
        }

        @ReplicatedCommand("growing.spoil")
        public void spoil() {
            number = BigInteger.ONE;
            texts.clear();
            throw new IllegalStateException("spoilt");
        }

        @ReplicatedQuery
        public List<Integer> sizes() {
            int name = texts.isEmpty()
                    ? 0
                    : texts.get(1).words().keySet().iterator().next().length();
            int depth = 0;
            for (List<Nested> level = nested;
                    !level.isEmpty();
                    level = level.get(0).inner()) {
                depth++;
            }
            return List.of(number.bitLength(), decimal.precision(), name, depth);
        }
    }
}
