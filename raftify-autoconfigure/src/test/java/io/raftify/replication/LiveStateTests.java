package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A query that hands out the state itself is refused; one that hands out a copy is not. */
class LiveStateTests {

    @Test
    void aQueryThatReturnsWhatAFieldHoldsIsRefusedAndOneThatReturnsACopyIsNot() {
        context(Shop.class, Window.class).run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.sell("a", 1);

            assertRefused(shop::stock, "stock()", "stock", "Map.copyOf(stock)");
            assertThat(shop.stockCopied()).containsEntry("a", 1);
            assertRefused(shop::sold, "sold()", "sold", "List.copyOf(sold)");
            assertThat(shop.soldCopied()).containsExactly("a");
            assertRefused(shop::names, "names()", "names", "Set.copyOf(names)");
            assertRefused(shop::prices, "prices()", "prices", "Map.copyOf(prices)");
            assertRefused(shop::total, "total()", "total", "total.get()");
            assertThat(shop.totalNow()).isEqualTo(1);
            assertRefused(shop::stockPerhaps, "stockPerhaps()", "stock", "Map.copyOf(stock)");
            assertThat(shop.stockPerhapsCopied()).isPresent();
            assertRefused(() -> shop.stockPromised().join(), "stockPromised()", "stock", "Map.copyOf(stock)");
            assertThat(shop.stockPromisedCopied().join()).containsEntry("a", 1);
            assertRefused(() -> shop.stockMono().block(), "stockMono()", "stock", "Map.copyOf(stock)");
            assertRefused(context.getBean(Window.class)::through, "through()", "stock", "Map.copyOf(stock)");
        });
    }

    @Test
    void whatCannotBeChangedMayBeHandedOutAsItIs() {
        context(Shop.class, Window.class).run(context -> {
            Shop shop = context.getBean(Shop.class);
            shop.sell("a", 1);

            assertThat(shop.offers()).containsExactly("a");
        });
    }

    @Test
    void aCommandMayReturnWhatAFieldHoldsSinceItsCallerGetsACopy() {
        context(Shop.class, Window.class).run(context -> {
            Shop shop = context.getBean(Shop.class);
            Map<String, Integer> sold = shop.sell("a", 1);

            sold.clear();

            assertThat(shop.stockCopied()).containsEntry("a", 1);
        });
    }

    private static void assertRefused(Callable<?> query, String method, String field, String remedy) {
        Throwable thrown = catchThrowable(query::call);
        Throwable refused = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(refused)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining(method)
                .hasMessageContaining("the field '" + field + "' of bean 'liveStateTests.Shop'")
                .hasMessageContaining(remedy);
    }

    static class Shop {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        private final List<String> sold = new ArrayList<>();

        @ReplicatedState
        private Set<String> names = new TreeSet<>();

        @ReplicatedState
        private Map<String, Integer> prices = new ConcurrentHashMap<>();

        @ReplicatedState
        private final AtomicLong total = new AtomicLong();

        @ReplicatedState
        private List<String> offers = List.of();

        @ReplicatedCommand("shop.sell")
        public Map<String, Integer> sell(String what, int count) {
            stock.put(what, count);
            sold.add(what);
            names = new TreeSet<>(sold);
            prices = new ConcurrentHashMap<>(stock);
            total.addAndGet(count);
            offers = List.copyOf(sold);
            return stock;
        }

        @ReplicatedQuery
        public Map<String, Integer> stock() {
            return stock;
        }

        @ReplicatedQuery
        public Map<String, Integer> stockCopied() {
            return Map.copyOf(stock);
        }

        @ReplicatedQuery
        public Collection<String> sold() {
            return sold;
        }

        @ReplicatedQuery
        public Collection<String> soldCopied() {
            return List.copyOf(sold);
        }

        @ReplicatedQuery
        public Set<String> names() {
            return names;
        }

        @ReplicatedQuery
        public Map<String, Integer> prices() {
            return prices;
        }

        @ReplicatedQuery
        public AtomicLong total() {
            return total;
        }

        @ReplicatedQuery
        public long totalNow() {
            return total.get();
        }

        @ReplicatedQuery
        public Optional<Map<String, Integer>> stockPerhaps() {
            return Optional.of(stock);
        }

        @ReplicatedQuery
        public Optional<Map<String, Integer>> stockPerhapsCopied() {
            return Optional.of(Map.copyOf(stock));
        }

        @ReplicatedQuery
        public CompletableFuture<Map<String, Integer>> stockPromised() {
            return CompletableFuture.completedFuture(stock);
        }

        @ReplicatedQuery
        public CompletableFuture<Map<String, Integer>> stockPromisedCopied() {
            return CompletableFuture.completedFuture(Map.copyOf(stock));
        }

        @ReplicatedQuery
        public Mono<Map<String, Integer>> stockMono() {
            return Mono.just(stock);
        }

        @ReplicatedQuery
        public List<String> offers() {
            return offers;
        }
    }

    /** Hands out another bean's. */
    static class Window {

        @ReplicatedState
        private int looks;

        private final Shop shop;

        Window(Shop shop) {
            this.shop = shop;
        }

        @ReplicatedCommand("window.look")
        public int look() {
            return ++looks;
        }

        @ReplicatedQuery
        public Map<String, Integer> through() {
            return shop.stock();
        }
    }
}
