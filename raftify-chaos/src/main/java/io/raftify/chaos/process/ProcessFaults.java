package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What can happen to processes, wherever they run. */
public final class ProcessFaults {

    private final ProcessCluster cluster;

    public ProcessFaults(ProcessCluster cluster) {
        this.cluster = cluster;
    }

    public List<Fault> all() {
        List<Fault> all = new ArrayList<>(List.of(
                leaderKilled(),
                Fault.of("member killed", random -> killed(cluster.some(1, random))),
                Fault.of("two killed", random -> killed(cluster.some(2, random))),
                allKilled(),
                Fault.of("disk lost", random -> diskLost(cluster.some(1, random).get(0))),
                Fault.of(
                        "bytes flipped",
                        random -> bytesFlipped(cluster.some(1, random).get(0), random))));
        all.addAll(pauses());
        return List.copyOf(all);
    }

    List<Fault> pauses() {
        return List.of(
                leaderPaused(),
                Fault.of("member paused", random -> paused(cluster.some(1, random))),
                Fault.of("two paused", random -> paused(cluster.some(2, random))),
                Fault.of("all paused", random -> paused(cluster.members())));
    }

    Fault leaderKilled() {
        return Fault.of("leader killed", random -> killed(List.of(cluster.leaderOrAny())));
    }

    Fault leaderPaused() {
        return Fault.of("leader paused", random -> paused(List.of(cluster.leaderOrAny())));
    }

    Fault allKilled() {
        return Fault.of("all killed", random -> killed(cluster.members()));
    }

    /** At the same moment, not one after the other. */
    private Fault.Ongoing killed(List<String> names) {
        List<MemberProcess> victims = names.stream().map(cluster::process).toList();
        victims.forEach(MemberProcess::signalKill);
        victims.forEach(MemberProcess::awaitEnd);
        return Fault.ongoing("kill -9 " + names, () -> victims.forEach(MemberProcess::start));
    }

    private Fault.Ongoing diskLost(String name) {
        if (!cluster.mayLoseDisk()) {
            return killed(List.of(name));
        }
        MemberProcess victim = cluster.process(name);
        victim.loseDisk();
        return Fault.ongoing("disk of " + name + " lost", victim::start);
    }

    private Fault.Ongoing bytesFlipped(String name, RandomGenerator random) {
        if (!cluster.mayLoseDisk()) {
            return killed(List.of(name));
        }
        String where = cluster.damage(name, random);
        return Fault.ongoing(
                where + " of " + name + " flipped", () -> cluster.process(name).start());
    }

    private Fault.Ongoing paused(List<String> names) {
        List<MemberProcess> victims = names.stream().map(cluster::process).toList();
        victims.forEach(MemberProcess::pause);
        return Fault.ongoing("SIGSTOP " + names, () -> victims.forEach(MemberProcess::resume));
    }
}
