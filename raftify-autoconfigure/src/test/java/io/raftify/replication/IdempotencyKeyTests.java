package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Two members whose outcomes differ in length, as two Java versions word an exception. */
    @Test
    void aCallThatIsRepeatedIsAppliedOnceAlsoWhereItsOutcomeIsNotKeptAnyMore() {
        List<byte[]> log = new ArrayList<>();
        context(Wordy.class).run(context -> {
            Wordy wordy = context.getBean(Wordy.class);
            for (int key = 0; key < 73; key++) {
                wordy.say(key);
            }
            for (byte[] entry : context.getBean(SingleMemberNode.class).entries()) {
                if (LogEntry.parseFrom(entry).hasCommand()) {
                    log.add(withoutId(entry));
                }
            }
        });
        Wordy.more = 99_000;
        try {
            context(Wordy.class).run(context -> {
                SingleMemberNode node = context.getBean(SingleMemberNode.class);
                log.forEach(entry -> node.arrives(entry).join());
                assertThat(context.getBean(Wordy.class).said()).isEqualTo(73);

                EntryOutcome first =
                        WireFormat.parseOutcome(node.arrives(log.get(0)).join());
                EntryOutcome last =
                        WireFormat.parseOutcome(node.arrives(log.get(72)).join());

                assertThat(context.getBean(Wordy.class).said()).isEqualTo(73);
                assertThat(first.getRefusal().getReason()).isEqualTo(Refusal.Reason.NOT_KEPT);
                assertThat(first.getIndex()).isEqualTo(1);
                assertThat(last.hasCommand()).isTrue();
                assertThatExceptionOfType(OutcomeUnknownException.class)
                        .isThrownBy(() -> context.getBean(Wordy.class).say(0))
                        .withMessageContaining("was applied")
                        .withMessageContaining("not kept any more");
                assertThat(context.getBean(Wordy.class).said()).isEqualTo(73);
            });
        } finally {
            Wordy.more = 0;
        }
    }

    private static byte[] withoutId(byte[] entry) throws Exception {
        LogEntry parsed = LogEntry.parseFrom(entry);
        return parsed.toBuilder()
                .setCommand(parsed.getCommand().toBuilder().clearId())
                .build()
                .toByteArray();
    }

    @Test
    void theOrderOfSetsAndMapsMakesNoOtherArguments() {
        context(Basket.class).run(context -> {
            Basket basket = context.getBean(Basket.class);
            UUID key = UUID.randomUUID();

            assertThat(basket.order(key, set("a", "b"), List.of(map("a", "b")))).isEqualTo(1);
            assertThat(basket.order(key, set("b", "a"), List.of(map("b", "a")))).isEqualTo(1);
            assertThatExceptionOfType(IdempotencyKeyReusedException.class)
                    .isThrownBy(() -> basket.order(key, set("a", "c"), List.of(map("a", "b"))));
            assertThatExceptionOfType(IdempotencyKeyReusedException.class)
                    .isThrownBy(() -> basket.order(key, set("a", "b"), List.of()));
        });
    }

    @Test
    void theOrderOfSetsAndMapsMakesNoOtherKey() {
        context(Basket.class).run(context -> {
            Basket basket = context.getBean(Basket.class);

            assertThat(basket.orderAs(new Parts(set("a", "b")))).isEqualTo(1);
            assertThat(basket.orderAs(new Parts(set("b", "a")))).isEqualTo(1);
            assertThat(basket.orderAs(new Parts(set("b", "c")))).isEqualTo(2);
        });
    }

    @Test
    void theOrderOfAListMakesOtherArguments() {
        context(Basket.class).run(context -> {
            Basket basket = context.getBean(Basket.class);
            UUID key = UUID.randomUUID();
            basket.order(key, Set.of(), List.of(map("a"), map("b")));

            assertThatExceptionOfType(IdempotencyKeyReusedException.class)
                    .isThrownBy(() -> basket.order(key, Set.of(), List.of(map("b"), map("a"))));
        });
    }

    private static Set<String> set(String... elements) {
        return new LinkedHashSet<>(List.of(elements));
    }

    private static Map<String, Integer> map(String... keys) {
        Map<String, Integer> map = new LinkedHashMap<>();
        for (String key : keys) {
            map.put(key, (int) key.charAt(0));
        }
        return map;
    }

    record Parts(Set<String> parts) {}

    static class Basket {

        @ReplicatedState
        private int orders;

        @ReplicatedCommand("basket.order")
        public int order(@IdempotencyKey UUID key, Set<String> articles, List<Map<String, Integer>> amounts) {
            return ++orders;
        }

        @ReplicatedCommand("basket.order-as")
        public int orderAs(@IdempotencyKey Parts parts) {
            return ++orders;
        }
    }

    static class Wordy {

        static volatile int more;

        @ReplicatedState
        private int said;

        @ReplicatedCommand("wordy.say")
        public String say(@IdempotencyKey int key) {
            said++;
            return "x".repeat(900_000 + more);
        }

        @ReplicatedQuery
        public int said() {
            return said;
        }
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
