package io.raftify.test;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** How many pieces of each thing there are. */
@Component
class Stock {

    @ReplicatedState
    final Map<String, Integer> pieces = new HashMap<>();

    @ReplicatedCommand("stock.add")
    public int add(String thing, int count) {
        return pieces.merge(thing, count, Integer::sum);
    }

    @ReplicatedCommand("stock.take")
    public int take(String thing) {
        if (pieces.getOrDefault(thing, 0) == 0) {
            throw new SoldOutException("no " + thing + " left");
        }
        return pieces.merge(thing, -1, Integer::sum);
    }

    @ReplicatedQuery
    public int available(String thing) {
        return pieces.getOrDefault(thing, 0);
    }

    @ReplicatedQuery(ReadConsistency.LOCAL)
    public int lastKnown(String thing) {
        return pieces.getOrDefault(thing, 0);
    }

    static class SoldOutException extends RuntimeException {
        SoldOutException(String message) {
            super(message);
        }
    }
}
