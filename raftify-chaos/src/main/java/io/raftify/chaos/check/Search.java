package io.raftify.chaos.check;

import io.raftify.chaos.history.Call;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.ObjectKind;
import io.raftify.chaos.history.ObjectKind.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the calls on one object, by depth: it puts each call as early as it can, and takes the last one
 * back when a call must have ended that was not put yet. A memo keeps it from trying again what leads to the same state
 * with the same calls done (Lowe, "Testing for linearizability", section 4).
 *
 * <p>Calls of unknown outcome would make that explode, since each may come anywhere or never. So they are tried only
 * where no call that returned fits, and a position is not looked at again if the same one was reached with fewer of them
 * used up: whatever could follow now could have followed then. Nor is one from which the longest result of a read cannot be
 * reached, nor have been: without that, some unknown appends at the end of a history are tried in every order.
 */
final class Search {

    enum Outcome {
        FOUND,
        IMPOSSIBLE,
        GIVEN_UP
    }

    private static final int LOOK_AT_THE_CLOCK = 1 << 12;
    private static final int MOST_POSITIONS = 3_000_000;

    /** What was chosen, and how to go on from there when it has to be taken back. */
    private record Choice(
            @Nullable Event event, int unknown, @Nullable Event obstacle, String stateBefore) {}

    private record Position(BitSet done, String state) {}

    private final @Nullable ObjectKind kind;
    private final Event head = new Event(null, -1, true);
    private final List<Call> unknown;
    private final String longestRead;
    private final long end;
    private final Map<Position, List<BitSet>> visited = new HashMap<>();
    private final Deque<Choice> chosen = new ArrayDeque<>();
    private BitSet done = new BitSet();
    private BitSet used = new BitSet();
    private int open;
    private int positions;
    private String state;

    Search(List<Call> calls, Duration limit) {
        this.end = System.nanoTime() + limit.toNanos();
        this.kind = calls.isEmpty() ? null : calls.get(0).action().kind();
        this.state = kind == null ? "" : kind.initial();
        this.unknown = calls.stream()
                .filter(call -> call.fate() == Fate.UNKNOWN)
                .sorted(Comparator.comparingLong(Call::invoked))
                .toList();
        List<Call> returned =
                calls.stream().filter(call -> call.fate() == Fate.RETURNED).toList();
        this.open = returned.size();
        this.longestRead = returned.stream()
                .filter(call -> call.action().verb().isRead())
                .map(call -> String.valueOf(call.result()))
                .max(Comparator.comparingInt(String::length))
                .orElse(state);
        List<Event> events = new ArrayList<>();
        for (Call call : returned) {
            Event beginning = new Event(call, events.size(), true);
            events.add(beginning);
            events.add(beginning.withEnd());
        }
        // At the same instant: beginnings first, since such calls overlap.
        events.sort(Comparator.comparingLong(Event::time).thenComparing(event -> !event.isBeginning()));
        Event last = head;
        for (Event event : events) {
            last = last.followedBy(event);
        }
    }

    Outcome run() {
        if (kind == null) {
            return Outcome.FOUND;
        }
        Event event = head.next();
        int candidate = 0;
        int steps = 0;
        // Once every call that returned has its place, what is left has simply not happened.
        while (open > 0) {
            if (++steps % LOOK_AT_THE_CLOCK == 0 && System.nanoTime() - end > 0 || positions > MOST_POSITIONS) {
                return Outcome.GIVEN_UP;
            }
            if (event == null) {
                throw new IllegalStateException("a call has not ended, but no end is in the list");
            }
            if (event.isBeginning()) {
                event = put(kind, event) ? head.next() : event.next();
                candidate = 0;
            } else if (candidate < unknown.size() && unknown.get(candidate).invoked() <= event.time()) {
                if (put(kind, candidate, event)) {
                    event = head.next();
                    candidate = 0;
                } else {
                    candidate++;
                }
            } else if (chosen.isEmpty()) {
                return Outcome.IMPOSSIBLE;
            } else {
                Choice last = takeBack();
                candidate = last.event() != null ? 0 : last.unknown() + 1;
                event = last.event() != null ? last.event().next() : last.obstacle();
            }
        }
        return Outcome.FOUND;
    }

    private boolean put(ObjectKind kind, Event event) {
        Step step = kind.step(state, event.call().action());
        if (!step.result().equals(event.call().result())) {
            return false;
        }
        BitSet with = (BitSet) done.clone();
        with.set(event.number());
        if (!isNew(with, used, step.state())) {
            return false;
        }
        chosen.push(new Choice(event, -1, null, state));
        done = with;
        state = step.state();
        event.lift();
        open--;
        return true;
    }

    private boolean put(ObjectKind kind, int candidate, Event obstacle) {
        Step step = kind.step(state, unknown.get(candidate).action());
        // One that changes nothing explains nothing.
        if (used.get(candidate) || step.state().equals(state) || !kind.mayLieOnOneWay(step.state(), longestRead)) {
            return false;
        }
        BitSet with = (BitSet) used.clone();
        with.set(candidate);
        if (!isNew(done, with, step.state())) {
            return false;
        }
        chosen.push(new Choice(null, candidate, obstacle, state));
        used = with;
        state = step.state();
        return true;
    }

    private Choice takeBack() {
        Choice last = chosen.pop();
        state = last.stateBefore();
        if (last.event() != null) {
            done = (BitSet) done.clone();
            done.clear(last.event().number());
            last.event().unlift();
            open++;
        } else {
            used = (BitSet) used.clone();
            used.clear(last.unknown());
        }
        return last;
    }

    private boolean isNew(BitSet done, BitSet used, String state) {
        List<BitSet> before = visited.computeIfAbsent(new Position(done, state), any -> new ArrayList<>(1));
        for (BitSet fewer : before) {
            BitSet beyond = (BitSet) fewer.clone();
            beyond.andNot(used);
            if (beyond.isEmpty()) {
                return false;
            }
        }
        before.add(used);
        positions++;
        return true;
    }
}
