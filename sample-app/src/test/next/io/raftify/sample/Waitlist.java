package io.raftify.sample;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the next version of the sample adds: who waits for a seat. */
@Component
class Waitlist {

    @ReplicatedState
    private final Map<Integer, List<String>> waiting = new TreeMap<>();

    /** @return the place in the list */
    @ReplicatedCommand("waitlist.join")
    public int join(int show, String buyer, @Nullable CommandContext context) {
        List<String> list = waiting.computeIfAbsent(show, id -> new ArrayList<>());
        list.add(buyer + " since " + context.time());
        return list.size();
    }

    @ReplicatedQuery
    public List<String> of(int show) {
        return List.copyOf(waiting.getOrDefault(show, List.of()));
    }
}
