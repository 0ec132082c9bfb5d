package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.ProposalRejectedException;
import io.raftify.testnode.SingleMemberNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A call that is repeated from outside, as a new call with the key of the first. */
class IdempotencyKeyTests {

    private static final UUID ORDER = UUID.fromString("00000000-0000-0000-0000-000000000007");

    @Test
    void aSecondCallWithTheKeyGetsTheOutcomeOfTheFirstAndChangesNothing() {
        context(Shop.class).run(context -> {
            Shop shop = context.getBean(Shop.class);

            assertThat(shop.order("pen", 2, ORDER)).isEqualTo("1: 2 pen");
            assertThat(shop.order("ink", 1, UUID.randomUUID())).isEqualTo("2: 1 ink");
            assertThat(shop.order("pen", 2, ORDER)).isEqualTo("1: 2 pen");

            assertThat(shop.orders()).containsExactly("1: 2 pen", "2: 1 ink");
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(3);
        });
    }

    @Test
    void aSecondCallWithTheKeyAndOtherArgumentsIsRejected() {
        context(Shop.class).run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.order("pen", 2, ORDER);

            assertThatExceptionOfType(IdempotencyKeyReusedException.class)
                    .isThrownBy(() -> shop.order("pen", 3, ORDER))
                    .isInstanceOf(ProposalRejectedException.class)
                    .withMessageContaining("shop.order")
                    .withMessageContaining("with other arguments");
            assertThat(shop.orders()).containsExactly("1: 2 pen");
        });
    }

    @Test
    void aCallWithoutAKeyIsAlwaysNew() {
        context(Shop.class).run(context -> {
            Shop shop = context.getBean(Shop.class);

            assertThat(shop.order("pen", 2, null)).isEqualTo("1: 2 pen");
            assertThat(shop.order("pen", 2, null)).isEqualTo("2: 2 pen");
        });
    }

    @Test
    void theSameKeyInAnotherCommandIsAnotherKey() {
        context(Shop.class).run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.order("pen", 2, ORDER);

            assertThat(shop.cancel(ORDER)).isEqualTo(1);
            assertThat(shop.cancel(ORDER)).isEqualTo(1);
            assertThat(shop.orders()).isEmpty();
        });
    }

    @Test
    void aRefusalOfTheBusinessIsTheOutcomeOfLaterCallsToo() {
        context(Shop.class).run(context -> {
            Shop shop = context.getBean(Shop.class);

            for (int call = 0; call < 2; call++) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> shop.order("pen", 0, ORDER))
                        .withMessage("0 pen");
            }
            assertThat(shop.attempts()).isEqualTo(1);
        });
    }

    @Test
    void anotherMemberThatWasRestoredFromASnapshotKnowsTheKey() {
        List<byte[]> snapshot = new ArrayList<>();
        context(Shop.class).run(context -> {
            context.getBean(Shop.class).order("pen", 2, ORDER);
            snapshot.add(context.getBean(SingleMemberNode.class).writeSnapshot());
        });
        context(Shop.class).run(context -> {
            context.getBean(SingleMemberNode.class).restore(snapshot.get(0));
            Shop shop = context.getBean(Shop.class);

            assertThat(shop.order("pen", 2, ORDER)).isEqualTo("1: 2 pen");
            assertThat(shop.orders()).hasSize(1);
        });
    }

    static class Shop {

        @ReplicatedState
        private final List<String> orders = new ArrayList<>();

        @ReplicatedState(rollback = false)
        private int attempts;

        @ReplicatedCommand("shop.order")
        public String order(String article, int amount, @IdempotencyKey @Nullable UUID key) {
            attempts++;
            if (amount == 0) {
                throw new IllegalArgumentException("0 " + article);
            }
            orders.add((orders.size() + 1) + ": " + amount + " " + article);
            return orders.get(orders.size() - 1);
        }

        @ReplicatedCommand("shop.cancel")
        public int cancel(@IdempotencyKey UUID key) {
            int cancelled = orders.size();
            orders.clear();
            return cancelled;
        }

        @ReplicatedQuery
        public List<String> orders() {
            return List.copyOf(orders);
        }

        @ReplicatedQuery
        public int attempts() {
            return attempts;
        }
    }
}
