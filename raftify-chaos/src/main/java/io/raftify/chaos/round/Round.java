package io.raftify.chaos.round;

import static java.util.stream.Collectors.joining;

import io.raftify.chaos.check.Linearizability;
import io.raftify.chaos.history.Call;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One workload under one seeded plan of faults, and the judgement. The seed decides clients, actions, faults, victims
 * and durations; how they interleave is the machine's.
 *
 * @param duration of the calls, before everything is healed
 */
public record Round(long seed, Plan plan, Duration duration) {

    private static final Duration SEARCH = Duration.ofSeconds(120);

    /**
     * @param clients how many there are
     * @param callsPerSecond of all of them together
     * @param deadline of a call
     * @param shortest a fault lasts
     * @param longest a fault lasts
     */
    public record Plan(
            List<Fault> faults,
            int clients,
            int callsPerSecond,
            Duration deadline,
            Duration shortest,
            Duration longest) {}

    /**
     * What came of it.
     *
     * @param offences what must not have been; empty in a good round
     */
    public record Outcome(long seed, List<String> faults, History history, int terms, List<String> offences) {

        @Override
        public String toString() {
            return String.format(
                    "seed %d: %d returned, %d not applied, %d unknown, %d terms, faults %s: %s",
                    seed,
                    history.count(Fate.RETURNED),
                    history.count(Fate.NOT_APPLIED),
                    history.count(Fate.UNKNOWN),
                    terms,
                    faults,
                    offences.isEmpty()
                            ? "good"
                            : "BAD"
                                    + offences.stream()
                                            .map(each -> System.lineSeparator() + "  " + each)
                                            .collect(joining()));
        }
    }

    public Outcome play(Subject subject, Leaders leaders) {
        SplittableRandom random = new SplittableRandom(seed);
        subject.reset(seed);
        Clients clients = new Clients(subject, plan.deadline(), seed);
        clients.start(plan.clients(), plan.callsPerSecond(), random.split());
        List<String> begun = new ArrayList<>();
        List<String> offences = new ArrayList<>();
        long end = System.nanoTime() + duration.toNanos();
        pause(plan.shortest(), end);
        while (System.nanoTime() - end < 0) {
            // Now and then two at once.
            List<Fault.Ongoing> ongoing = new ArrayList<>();
            for (int i = random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
                Fault.Ongoing one =
                        plan.faults().get(random.nextInt(plan.faults().size())).begin(random);
                ongoing.add(one);
            }
            long began = System.nanoTime();
            pause(between(plan.shortest(), plan.longest(), random), end);
            ongoing.forEach(Fault.Ongoing::end);
            String lasted = String.format(Locale.ROOT, " %.1f s", (System.nanoTime() - began) / 1e9);
            ongoing.forEach(one -> begun.add(one.description() + lasted));
            // Sometimes long enough for a leader, sometimes not.
            pause(between(Duration.ZERO, plan.longest(), random), end);
        }
        History history = clients.stop();
        subject.recover();
        clients.readEverything();
        offences.addAll(clients.offences());
        judge(subject, leaders, history, offences);
        return new Outcome(seed, begun, history, leaders.terms(), offences);
    }

    private static Duration between(Duration shortest, Duration longest, SplittableRandom random) {
        return shortest.plusNanos(random.nextLong(longest.minus(shortest).toNanos() + 1));
    }

    private static void pause(Duration duration, long atMostUntil) {
        long end = Math.min(System.nanoTime() + duration.toNanos(), atMostUntil);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static void judge(Subject subject, Leaders leaders, History history, List<String> offences) {
        Linearizability.Verdict verdict = Linearizability.check(history, SEARCH);
        if (!(verdict instanceof Linearizability.Verdict.Linearizable)) {
            offences.add(verdict.toString());
        }
        leaders.disputed().forEach((term, members) -> offences.add("term " + term + " was led by " + members));
        Map<String, Map<Long, Long>> digests = new TreeMap<>();
        for (String member : subject.members()) {
            Subject.Applied applied = subject.applied(member);
            if (!applied.twice().isEmpty()) {
                offences.add(member + " applied twice: " + applied.twice());
            }
            for (Call call : history.calls()) {
                if (Clients.mustBeApplied(call) && !applied.ids().contains(call.id())) {
                    offences.add("acknowledged, but " + member + " has not applied it: " + call);
                }
                if (call.fate() == Fate.NOT_APPLIED && applied.ids().contains(call.id())) {
                    offences.add("surely not applied, but " + member + " applied it: " + call);
                }
            }
            digests.put(member, subject.digests(member));
        }
        compare(digests, offences);
    }

    /** Members may have restored different snapshots, so that each has the digests of other indexes. */
    private static void compare(Map<String, Map<Long, Long>> digests, List<String> offences) {
        List<String> members = List.copyOf(digests.keySet());
        for (String one : members) {
            for (String other : members.subList(members.indexOf(one) + 1, members.size())) {
                Map<Long, Long> common = new TreeMap<>(digests.getOrDefault(one, Map.of()));
                Map<Long, Long> others = digests.getOrDefault(other, Map.of());
                common.keySet().retainAll(others.keySet());
                if (common.isEmpty() && !others.isEmpty()) {
                    offences.add(one + " and " + other + " have no index in common at which to compare them");
                }
                common.entrySet().removeIf(digest -> digest.getValue().equals(others.get(digest.getKey())));
                common.keySet().stream()
                        .findFirst()
                        .ifPresent(
                                index -> offences.add(one + " and " + other + " differ, first seen at index " + index));
            }
        }
    }
}
