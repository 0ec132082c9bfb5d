package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.util.List;

/** What can happen to disks: the power cut on one, some, all; no space left, or too little to take more. */
public final class DiskFaults {

    private static final long SHORT_MEGABYTES = 48;

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
                Fault.of("leader's disk full", random -> full(cluster.leaderOrAny())),
                Fault.of("leader's disk short of room", random -> shortOfRoom(List.of(cluster.leaderOrAny()))),
                Fault.of("all disks short of room", random -> shortOfRoom(cluster.members())));
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

    /** Less than members keep free by default, and enough for what they write all the same. */
    private Fault.Ongoing shortOfRoom(List<String> names) {
        names.forEach(name -> disks.leave(name, SHORT_MEGABYTES));
        return Fault.ongoing("disks of " + names + " short of room", () -> names.forEach(disks::makeRoom));
    }
}
