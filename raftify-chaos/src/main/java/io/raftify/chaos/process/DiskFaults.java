package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.util.List;

/** What can happen to disks: the power cut on one, some, all; no space left. */
public final class DiskFaults {

    private final ProcessCluster cluster;
    private final LoopDisks disks;

    public DiskFaults(ProcessCluster cluster, LoopDisks disks) {
        this.cluster = cluster;
        this.disks = disks;
    }

    public List<Fault> all() {
        return List.of(
                Fault.of("power cut on the leader", random -> powerCut(List.of(cluster.leaderOrAny()))),
                Fault.of("power cut on one", random -> powerCut(cluster.some(1, random))),
                Fault.of("power cut on two", random -> powerCut(cluster.some(2, random))),
                powerCutOnAll(),
                Fault.of("disk full", random -> full(cluster.some(1, random).get(0))),
                Fault.of("leader's disk full", random -> full(cluster.leaderOrAny())));
    }

    Fault powerCutOnAll() {
        return Fault.of("power cut on all", random -> powerCut(cluster.members()));
    }

    private Fault.Ongoing powerCut(List<String> names) {
        names.forEach(disks::pullThePlug);
        List<MemberProcess> victims = names.stream().map(cluster::process).toList();
        victims.forEach(MemberProcess::signalKill);
        victims.forEach(MemberProcess::awaitEnd);
        return Fault.ongoing("power cut on " + names, () -> {
            names.forEach(disks::plugInAgain);
            victims.forEach(MemberProcess::start);
        });
    }

    private Fault.Ongoing full(String name) {
        disks.fill(name);
        return Fault.ongoing("disk of " + name + " full", () -> disks.makeRoom(name));
    }
}
