package io.raftify.docs;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.Deterministic;
import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.replication.CallerPosition;
import io.raftify.replication.CommandOutcomes;
import io.raftify.replication.CommandUpcaster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

/** What docs/programming-model.md shows, as it is shown there. */
final class ProgrammingModel {

    private ProgrammingModel() {}

    static class OutOfStockException extends RuntimeException {
        OutOfStockException(String sku) {
            super(sku);
        }
    }

    @Component
    static class Inventory {

        @ReplicatedState
        private final Map<String, Integer> stock = new TreeMap<>();

        @ReplicatedCommand("inventory.reserve")
        public int reserve(String sku, int quantity) {
            int left = stock.getOrDefault(sku, 0) - quantity;
            if (left < 0) {
                throw new OutOfStockException(sku);
            }
            stock.put(sku, left);
            return left;
        }

        @ReplicatedQuery
        public int available(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int availableAsKnownHere(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedQuery(value = ReadConsistency.BOUNDED, maxLag = "2s")
        public int availableLately(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedCommand("inventory.restock")
        public CompletableFuture<Integer> restock(String sku, int quantity) {
            return CompletableFuture.completedFuture(stock.merge(sku, quantity, Integer::sum));
        }

        @ReplicatedCommand(value = "inventory.count", timeout = "30s")
        public int count() {
            return stock.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    record Callers(Inventory inventory, CommandOutcomes outcomes) {

        int reserve(String sku, int quantity) throws Exception {
            try {
                return inventory.reserve(sku, quantity);
            } catch (OutOfStockException refused) {
                // The command's own exception: it was applied, and changed nothing.
                throw refused;
            } catch (ProposalRejectedException notApplied) {
                // Surely not applied, now or later: call again, or tell the user to.
                throw notApplied;
            } catch (OutcomeUnknownException unknown) {
                // Nobody could say before the deadline. Find out, now or later.
                return (Integer) unknown.resolve();
            }
        }

        String describe(String commandId) {
            try {
                return "done: " + outcomes.resolve(commandId);
            } catch (ProposalRejectedException notApplied) {
                return "not done, and never will be";
            } catch (OutcomeUnknownException notNow) {
                return notNow.getMessage();
            } catch (Exception business) {
                return "refused: " + business.getMessage();
            }
        }

        String addAndLook(String tokenOfLastCall) {
            try (CallerPosition position = CallerPosition.resume(tokenOfLastCall)) {
                inventory.restock("pen", 1).join();
                inventory.availableAsKnownHere("pen");
                return position.token();
            }
        }
    }

    static class Orders {

        @ReplicatedState
        private final List<String> orders = new ArrayList<>();

        @ReplicatedCommand("orders.place")
        public long place(@IdempotencyKey UUID orderId, String sku, int quantity) {
            orders.add(sku + " x " + quantity);
            return orders.size();
        }
    }

    record Token(UUID id, String owner, Instant validUntil) {}

    static class Tokens {

        @ReplicatedState
        private final Map<UUID, Token> issued = new LinkedHashMap<>();

        @ReplicatedCommand("tokens.issue")
        public Token issue(String owner, CommandContext context) {
            Token token = new Token(context.uuid(), owner, context.time().plus(Duration.ofHours(1)));
            issued.put(token.id(), token);
            return token;
        }
    }

    record Account(long cents) {}

    static class Theatre {

        @ReplicatedState(formerly = "seats")
        private final Map<Integer, String> places = new TreeMap<>();

        @ReplicatedState(rollback = false)
        private final Map<Long, Account> accounts = new TreeMap<>();

        @ReplicatedState
        private final Map<String, Integer> amounts = new TreeMap<>();

        @ReplicatedCommand("theatre.open")
        public int open(int place, String name) {
            places.put(place, name);
            accounts.put((long) place, new Account(0));
            return total();
        }

        @Deterministic("a sum, the order of its terms does not matter")
        private int total() {
            return amounts.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    static class BoxOffice {

        @ReplicatedState
        private final Map<Integer, String> sold = new TreeMap<>();

        @ReplicatedState
        private final Map<String, Integer> salesBy = new TreeMap<>();

        @ReplicatedCommand(value = "box-office.sell", version = 2)
        public long sell(int seat, String buyer, @Nullable String channel) {
            sold.put(seat, buyer);
            if (channel != null) {
                salesBy.merge(channel, 1, Integer::sum);
            }
            return sold.size();
        }
    }

    static class Upcasters {

        @Bean
        CommandUpcaster sellGotAChannel() {
            return CommandUpcaster.of("box-office.sell", 1, arguments -> arguments.addNull());
        }
    }
}
