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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the calls on one object, by depth: it puts each call as early as it can, and takes the last one
 * back when a call must have ended that was not put yet. The memo keeps it from trying twice what leads to the same
 * state with the same calls done (Lowe, "Testing for linearizability", section 4).
 */
final class Search {

    enum Outcome {
        FOUND,
        IMPOSSIBLE,
        GIVEN_UP
    }

    private static final int LOOK_AT_THE_CLOCK = 1 << 12;

    /** The beginning of a call, or the end of one that returned, in a doubly linked list by time. */
    private static final class Event {

        private final @Nullable Call call;
        private final int number;
        private final boolean isBeginning;
        private @Nullable Event end;
        private @Nullable Event previous;
        private @Nullable Event next;

        Event(@Nullable Call call, int number, boolean isBeginning) {
            this.call = call;
            this.number = number;
            this.isBeginning = isBeginning;
        }

        Call call() {
            if (call == null) {
                throw new IllegalStateException("the head of the list has no call");
            }
            return call;
        }

        long time() {
            return isBeginning ? call().invoked() : call().returned();
        }

        /** Out of the list, with its end. */
        void lift() {
            unlink();
            if (end != null) {
                end.unlink();
            }
        }

        /** Back where it was; in the reverse order of lifting. */
        void unlift() {
            if (end != null) {
                end.relink();
            }
            relink();
        }

        private void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        private void relink() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record Choice(Event event, String stateBefore) {}

    private record Visited(BitSet done, String state) {}

    private final Event head = new Event(null, -1, true);
    private final long end;
    private int openEnds;
    private String state;
    private final @Nullable ObjectKind kind;

    Search(List<Call> calls, Duration limit) {
        this.end = System.nanoTime() + limit.toNanos();
        this.kind = calls.isEmpty() ? null : calls.get(0).action().kind();
        this.state = kind == null ? "" : kind.initial();
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            Event beginning = new Event(call, i, true);
            events.add(beginning);
            if (call.fate() == Fate.RETURNED) {
                beginning.end = new Event(call, i, false);
                events.add(beginning.end);
                openEnds++;
            }
        }
        // At the same instant: beginnings first, since such calls overlap.
        events.sort(Comparator.comparingLong(Event::time).thenComparing(event -> !event.isBeginning));
        Event last = head;
        for (Event event : events) {
            last.next = event;
            event.previous = last;
            last = event;
        }
    }

    Outcome run() {
        if (kind == null) {
            return Outcome.FOUND;
        }
        BitSet done = new BitSet();
        Set<Visited> visited = new HashSet<>();
        Deque<Choice> chosen = new ArrayDeque<>();
        Event event = head.next;
        int steps = 0;
        // Calls of unknown outcome have no end; what is left of them at last has simply not happened.
        while (openEnds > 0) {
            if (++steps % LOOK_AT_THE_CLOCK == 0 && System.nanoTime() - end > 0) {
                return Outcome.GIVEN_UP;
            }
            if (event == null) {
                throw new IllegalStateException("an end is open, but not in the list");
            }
            if (event.isBeginning) {
                Step step = kind.step(state, event.call().action());
                String told = event.call().result();
                if (told == null || told.equals(step.result())) {
                    BitSet with = (BitSet) done.clone();
                    with.set(event.number);
                    if (visited.add(new Visited(with, step.state()))) {
                        chosen.push(new Choice(event, state));
                        state = step.state();
                        done = with;
                        event.lift();
                        openEnds -= event.end != null ? 1 : 0;
                        event = head.next;
                        continue;
                    }
                }
                event = event.next;
            } else {
                if (chosen.isEmpty()) {
                    return Outcome.IMPOSSIBLE;
                }
                Choice last = chosen.pop();
                state = last.stateBefore();
                done = (BitSet) done.clone();
                done.clear(last.event().number);
                last.event().unlift();
                openEnds += last.event().end != null ? 1 : 0;
                event = last.event().next;
            }
        }
        return Outcome.FOUND;
    }
}
