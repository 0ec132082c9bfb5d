package io.raftify.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.check.Linearizability.Verdict;
import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Call;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.History;
import io.raftify.chaos.history.ObjectKind;
import io.raftify.chaos.history.ObjectKind.Step;
import io.raftify.chaos.history.Verb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker on histories whose verdict is known. */
class LinearizabilityTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final History history = new History();
    private long ids;

    private void call(ObjectKind kind, Verb verb, String first, String second, long from, long to, String result) {
        history.add(new Call(
                ++ids, 0, "n1", new Action(kind, "x", verb, first, second), from, to, Fate.RETURNED, result, null));
    }

    private void write(String value, long from, long to) {
        call(ObjectKind.REGISTER, Verb.WRITE, "-", value, from, to, "ok");
    }

    private void read(String value, long from, long to) {
        call(ObjectKind.REGISTER, Verb.READ, "-", "-", from, to, value);
    }

    private void unknownWrite(String value, long from) {
        history.add(new Call(
                ++ids,
                0,
                "n1",
                new Action(ObjectKind.REGISTER, "x", Verb.WRITE, "-", value),
                from,
                from + 1,
                Fate.UNKNOWN,
                null,
                "no answer"));
    }

    private Verdict verdict() {
        return Linearizability.check(history, LIMIT);
    }

    private void assertGood() {
        assertThat(verdict()).isInstanceOf(Verdict.Linearizable.class);
    }

    private void assertBad() {
        assertThat(verdict()).isInstanceOf(Verdict.Violation.class);
    }

    @Test
    void a_read_may_see_a_write_it_overlaps_or_not() {
        write("1", 0, 10);
        write("2", 20, 40);
        read("1", 25, 30);
        read("2", 31, 35);
        assertGood();
    }

    @Test
    void a_read_after_a_write_ended_must_see_it() {
        write("1", 0, 10);
        read("-", 11, 12);
        assertBad();
    }

    @Test
    void two_reads_in_a_row_must_not_go_back_in_time() {
        write("1", 0, 10);
        write("2", 20, 40);
        read("2", 25, 30);
        read("1", 31, 35);
        assertBad();
    }

    @Test
    void a_compare_and_set_that_succeeded_must_have_seen_what_it_expected() {
        write("1", 0, 1);
        call(ObjectKind.REGISTER, Verb.CAS, "1", "2", 2, 3, "true");
        call(ObjectKind.REGISTER, Verb.CAS, "1", "3", 4, 5, "true");
        assertBad();
    }

    @Test
    void of_two_compare_and_sets_that_overlap_either_may_come_first_but_only_one_may_succeed() {
        call(ObjectKind.REGISTER, Verb.CAS, "-", "2", 2, 5, "false");
        call(ObjectKind.REGISTER, Verb.CAS, "-", "3", 2, 5, "true");
        read("3", 6, 7);
        assertGood();
        read("2", 8, 9);
        assertBad();
    }

    @Test
    void a_write_of_unknown_outcome_may_come_late_or_never() {
        write("1", 0, 10);
        unknownWrite("2", 5);
        unknownWrite("3", 5);
        read("1", 11, 12);
        read("3", 1000, 1001);
        assertGood();
    }

    @Test
    void a_write_of_unknown_outcome_does_not_come_before_it_began_and_not_twice() {
        write("1", 0, 10);
        read("2", 11, 12);
        unknownWrite("2", 20);
        assertBad();

        History twice = new History();
        history.calls().stream().filter(call -> call.fate() == Fate.UNKNOWN).forEach(twice::add);
        twice.add(new Call(90, 0, "n1", read(), 30, 31, Fate.RETURNED, "2", null));
        twice.add(new Call(
                91,
                0,
                "n1",
                new Action(ObjectKind.REGISTER, "x", Verb.WRITE, "-", "7"),
                32,
                33,
                Fate.RETURNED,
                "ok",
                null));
        assertThat(Linearizability.check(twice, LIMIT)).isInstanceOf(Verdict.Linearizable.class);
        twice.add(new Call(92, 0, "n1", read(), 34, 35, Fate.RETURNED, "2", null));
        assertThat(Linearizability.check(twice, LIMIT)).isInstanceOf(Verdict.Violation.class);
    }

    private static Action read() {
        return Action.read(ObjectKind.REGISTER, "x");
    }

    @Test
    void what_was_surely_not_applied_must_not_be_seen() {
        history.add(new Call(
                1,
                0,
                "n1",
                new Action(ObjectKind.REGISTER, "x", Verb.WRITE, "-", "1"),
                0,
                1,
                Fate.NOT_APPLIED,
                null,
                "no leader"));
        read("-", 2, 3);
        assertGood();
        read("1", 4, 5);
        assertBad();
    }

    @Test
    void an_addition_that_was_lost_is_found() {
        call(ObjectKind.COUNTER, Verb.ADD, "-", "5", 0, 10, "5");
        call(ObjectKind.COUNTER, Verb.ADD, "-", "5", 0, 10, "10");
        assertGood();
        call(ObjectKind.COUNTER, Verb.ADD, "-", "1", 20, 30, "6");
        assertBad();
    }

    @Test
    void an_element_that_was_appended_twice_is_found() {
        call(ObjectKind.LIST, Verb.APPEND, "-", "a", 0, 10, "1");
        call(ObjectKind.LIST, Verb.APPEND, "-", "b", 0, 10, "2");
        call(ObjectKind.LIST, Verb.READ, "-", "-", 11, 12, "a,b");
        assertGood();
        call(ObjectKind.LIST, Verb.READ, "-", "-", 13, 14, "a,b,a");
        assertBad();
    }

    @Test
    void a_field_that_came_back_is_found() {
        call(ObjectKind.MAP, Verb.PUT, "f", "1", 0, 10, "-");
        call(ObjectKind.MAP, Verb.REMOVE, "f", "-", 11, 20, "1");
        call(ObjectKind.MAP, Verb.PUT, "g", "2", 11, 20, "-");
        call(ObjectKind.MAP, Verb.READ, "-", "-", 21, 22, "g=2");
        assertGood();
        call(ObjectKind.MAP, Verb.READ, "-", "-", 23, 24, "f=1,g=2");
        assertBad();
    }

    @Test
    void the_part_that_is_shown_ends_at_the_fault_and_has_no_read_that_does_not_belong_to_it() {
        for (int i = 0; i < 50; i++) {
            write("a" + i, 10 * i, 10 * i + 2);
            read("a" + i, 10 * i + 3, 10 * i + 4);
        }
        read("a10", 600, 601);
        for (int i = 50; i < 90; i++) {
            write("a" + i, 1000 + 10 * i, 1000 + 10 * i + 2);
        }
        Verdict.Violation violation = (Verdict.Violation) verdict();
        assertThat(violation.calls())
                .filteredOn(call -> call.action().verb().isRead())
                .singleElement()
                .satisfies(call -> assertThat(call.invoked()).isEqualTo(600));
        assertThat(violation.calls()).noneMatch(call -> call.invoked() > 601);
        assertThat(violation.toString()).contains("READ", "-> a10", "client 0 at n1");
    }

    @Test
    void a_search_without_end_is_given_up_and_says_so() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 60; i++) {
            call(ObjectKind.COUNTER, Verb.ADD, "-", "" + (1 + random.nextInt(1000)), 0, 1000, "" + (100_000 + i));
        }
        for (int i = 0; i < 30; i++) {
            history.add(new Call(
                    ++ids,
                    0,
                    "n1",
                    new Action(ObjectKind.COUNTER, "x", Verb.ADD, "-", "" + (1 << i % 20)),
                    0,
                    1,
                    Fate.UNKNOWN,
                    null,
                    "no answer"));
        }
        assertThat(Linearizability.check(history, Duration.ofMillis(200))).isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void many_appends_of_unknown_outcome_are_put_as_the_last_read_has_them() {
        List<Integer> appended = new ArrayList<>(IntStream.range(10, 26).boxed().toList());
        Collections.shuffle(appended, new Random(1));
        for (int i = 10; i < 30; i++) {
            history.add(new Call(
                    ++ids,
                    0,
                    "n1",
                    new Action(ObjectKind.LIST, "x", Verb.APPEND, "-", "" + i),
                    0,
                    1,
                    Fate.UNKNOWN,
                    null,
                    "no answer"));
        }
        String read = appended.stream().map(String::valueOf).collect(Collectors.joining(","));
        call(ObjectKind.LIST, Verb.READ, "-", "-", 100, 101, read);
        assertGood();

        call(ObjectKind.LIST, Verb.READ, "-", "-", 102, 103, read.substring(0, read.lastIndexOf(',')));
        assertBad();
    }

    /** Good by construction: each call takes effect at a moment inside its interval. */
    private static History concurrent(ObjectKind kind, int calls, int clients, SplittableRandom random) {
        record Planned(int client, Action action, long from, long at, long to) {}
        List<Planned> planned = new ArrayList<>();
        long[] free = new long[clients];
        for (int i = 1; i <= calls; i++) {
            int client = random.nextInt(clients);
            long from = free[client] + 1 + random.nextInt(20);
            long at = from + 1 + random.nextInt(30);
            long to = at + 1 + random.nextInt(30);
            free[client] = to;
            planned.add(new Planned(client, action(kind, i, random), from, at, to));
        }
        planned.sort(Comparator.comparingLong(Planned::at).thenComparing(Planned::client));
        History history = new History();
        String state = kind.initial();
        long id = 0;
        for (Planned each : planned) {
            Step step = kind.step(state, each.action());
            boolean lost = !each.action().verb().isRead() && random.nextInt(15) == 0;
            boolean happens = !lost || random.nextBoolean();
            state = happens ? step.state() : state;
            history.add(new Call(
                    ++id,
                    each.client(),
                    "n1",
                    each.action(),
                    each.from(),
                    each.to(),
                    lost ? Fate.UNKNOWN : Fate.RETURNED,
                    lost ? null : step.result(),
                    null));
        }
        return history;
    }

    private static Action action(ObjectKind kind, int number, SplittableRandom random) {
        if (random.nextInt(3) == 0) {
            return Action.read(kind, "x");
        }
        return switch (kind) {
            case REGISTER ->
                random.nextBoolean()
                        ? new Action(kind, "x", Verb.WRITE, "-", "" + number)
                        : new Action(kind, "x", Verb.CAS, "" + (number - 1 - random.nextInt(3)), "" + number);
            case COUNTER -> new Action(kind, "x", Verb.ADD, "-", "" + (1 + random.nextInt(9)));
            case LIST -> new Action(kind, "x", Verb.APPEND, "-", "" + number);
            case MAP ->
                random.nextInt(3) == 0
                        ? new Action(kind, "x", Verb.REMOVE, "f" + random.nextInt(3), "-")
                        : new Action(kind, "x", Verb.PUT, "f" + random.nextInt(3), "" + number);
        };
    }

    @ParameterizedTest
    @EnumSource
    void histories_good_by_construction_are_found_good_and_bad_once_a_result_is_changed(ObjectKind kind) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int changed = 0;
        for (int i = 0; i < 20; i++) {
            History good = concurrent(kind, 60, 5, random);
            assertThat(Linearizability.check(good, LIMIT))
                    .as("seed %s, history %s", seed, i)
                    .isInstanceOf(Verdict.Linearizable.class);
            List<Call> calls = new ArrayList<>(good.calls());
            int victim = random.nextInt(calls.size());
            Call call = calls.get(victim);
            if (call.fate() == Fate.RETURNED && !"ok".equals(call.result())) {
                changed++;
                // A result that no order gives.
                calls.set(
                        victim,
                        new Call(
                                call.id(),
                                0,
                                "n1",
                                call.action(),
                                call.invoked(),
                                call.returned(),
                                Fate.RETURNED,
                                "999999",
                                null));
                History bad = new History();
                calls.forEach(bad::add);
                assertThat(Linearizability.check(bad, LIMIT))
                        .as("seed %s, history %s", seed, i)
                        .isInstanceOf(Verdict.Violation.class);
            }
        }
        assertThat(changed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6})
    void the_search_agrees_with_trying_every_order(int calls) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int good = 0;
        int bad = 0;
        for (int i = 0; i < 1500; i++) {
            ObjectKind kind = ObjectKind.values()[random.nextInt(ObjectKind.values().length)];
            // Results of one history with the intervals of another: some fit, some do not.
            List<Call> results = concurrent(kind, calls, 3, random).calls();
            List<Call> mixed = new ArrayList<>();
            for (Call call : results) {
                long from = random.nextInt(40);
                mixed.add(new Call(
                        call.id(),
                        call.client(),
                        "n1",
                        call.action(),
                        from,
                        from + 1 + random.nextInt(25),
                        call.fate(),
                        call.result(),
                        null));
            }
            mixed.removeIf(
                    call -> call.fate() == Fate.UNKNOWN && call.action().verb().isRead());
            boolean expected = someOrderFits(kind, kind.initial(), mixed);
            boolean found = new Search(mixed, LIMIT).run() == Search.Outcome.FOUND;
            assertThat(found).as("seed %s, history %s: %s", seed, i, mixed).isEqualTo(expected);
            good += expected ? 1 : 0;
            bad += expected ? 0 : 1;
        }
        assertThat(good).as("both verdicts came up").isPositive();
        assertThat(bad).isPositive();
    }

    /** The definition itself, without any cleverness. */
    private static boolean someOrderFits(ObjectKind kind, String state, List<Call> left) {
        if (left.stream().allMatch(call -> call.fate() == Fate.UNKNOWN)) {
            return true;
        }
        for (Call first : left) {
            boolean mayBeFirst = left.stream()
                    .noneMatch(other ->
                            other != first && other.fate() == Fate.RETURNED && other.returned() < first.invoked());
            if (!mayBeFirst) {
                continue;
            }
            Step step = kind.step(state, first.action());
            if (first.result() == null || first.result().equals(step.result())) {
                List<Call> rest = new ArrayList<>(left);
                rest.remove(first);
                if (someOrderFits(kind, step.state(), rest)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void a_history_written_as_lines_of_json_is_the_same_when_it_is_read(@TempDir Path directory) throws Exception {
        History written = concurrent(ObjectKind.MAP, 50, 3, new SplittableRandom(7));
        written.write(directory.resolve("history.jsonl"));
        assertThat(History.read(directory.resolve("history.jsonl")).calls()).isEqualTo(written.calls());
    }
}
