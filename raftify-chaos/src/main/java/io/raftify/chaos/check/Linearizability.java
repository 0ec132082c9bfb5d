package io.raftify.chaos.check;

import io.raftify.chaos.history.Call;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether every object's calls can be put into one order that agrees with their times and explains every result: the
 * search of Wing and Gong with the memo of Lowe, object by object, since linearizability is a property of each object
 * alone (Herlihy and Wing).
 *
 * <p>A call of unknown outcome may take effect at any time after its beginning, or never; one that was surely not applied,
 * never.
 */
public final class Linearizability {

    private Linearizability() {}

    /** What was found. */
    public sealed interface Verdict {

        /** Every object is linearizable. */
        record Linearizable() implements Verdict {}

        /**
         * One object is not.
         *
         * @param calls the shortest beginning of its history that cannot be explained, without the reads that it cannot
         *     be explained without either
         */
        record Violation(String key, List<Call> calls) implements Verdict {

            @Override
            public String toString() {
                StringBuilder text = new StringBuilder("No order of these calls on ")
                        .append(key)
                        .append(" explains their results:");
                for (Call call : calls) {
                    text.append(String.format(
                            "%n  %10.3f .. %s  #%d client %d at %s: %s %s %s -> %s",
                            call.invoked() / 1e6,
                            call.fate() == Fate.RETURNED
                                    ? String.format("%10.3f ms", call.returned() / 1e6)
                                    : "        ?    ",
                            call.id(),
                            call.client(),
                            call.member(),
                            call.action().verb(),
                            call.action().first(),
                            call.action().second(),
                            call.fate() == Fate.RETURNED ? call.result() : "unknown"));
                }
                return text.toString();
            }
        }

        /** The search was given up: neither proven nor refuted. */
        record Undecided(String key, int calls) implements Verdict {}
    }

    /** @param limit for the search on one object */
    public static Verdict check(History history, Duration limit) {
        Verdict undecided = null;
        for (var object : history.byKey().entrySet()) {
            List<Call> calls =
                    object.getValue().stream().filter(Linearizability::counts).toList();
            switch (new Search(calls, limit).run()) {
                case FOUND -> {}
                case IMPOSSIBLE -> {
                    return new Verdict.Violation(object.getKey(), smallest(calls, limit));
                }
                case GIVEN_UP -> undecided = new Verdict.Undecided(object.getKey(), calls.size());
            }
        }
        return undecided != null ? undecided : new Verdict.Linearizable();
    }

    private static boolean counts(Call call) {
        return switch (call.fate()) {
            case RETURNED -> true;
            case NOT_APPLIED -> false;
            // A read nobody was told the result of says nothing.
            case UNKNOWN -> !call.action().verb().isRead();
        };
    }

    /** Every beginning of a linearizable history is linearizable, so the shortest one that is not shows the fault. */
    private static List<Call> smallest(List<Call> calls, Duration limit) {
        List<Long> ends = calls.stream()
                .filter(call -> call.fate() == Fate.RETURNED)
                .map(Call::returned)
                .sorted()
                .toList();
        int low = 0;
        int high = ends.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (impossible(until(calls, ends.get(middle)), limit)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        List<Call> shortest = new ArrayList<>(until(calls, ends.get(high)));
        // To leave out a read takes a demand away, never an explanation.
        for (int i = shortest.size() - 1; i >= 0; i--) {
            if (shortest.get(i).action().verb().isRead()) {
                Call read = shortest.remove(i);
                if (!impossible(shortest, limit)) {
                    shortest.add(i, read);
                }
            }
        }
        return List.copyOf(shortest);
    }

    private static boolean impossible(List<Call> calls, Duration limit) {
        return new Search(calls, limit).run() == Search.Outcome.IMPOSSIBLE;
    }

    private static List<Call> until(List<Call> calls, long end) {
        return calls.stream()
                .filter(call -> call.invoked() <= end)
                .map(call -> call.returned() > end ? call.unknown() : call)
                .filter(Linearizability::counts)
                .toList();
    }
}
