package io.raftify.chaos.process;

import io.raftify.chaos.process.ErringDisks.Kind;
import io.raftify.chaos.round.Fault;
import java.util.ArrayList;
import java.util.List;

/** Writes and syncs that fail, on the leader or on any one. */
public final class DiskErrors {

    private final ProcessCluster cluster;
    private final ErringDisks disks;

    public DiskErrors(ProcessCluster cluster, ErringDisks disks) {
        this.cluster = cluster;
        this.disks = disks;
    }

    public List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        for (boolean leader : new boolean[] {true, false}) {
            all.add(error("sync fails once", leader, Kind.SYNC_FAILS, 1));
            all.add(error("write fails once", leader, Kind.WRITE_FAILS, 1));
            all.add(error("write is short", leader, Kind.WRITE_IS_SHORT, 1));
            all.add(error("disk is read-only", leader, Kind.READ_ONLY, Integer.MAX_VALUE));
        }
        return all;
    }

    private Fault error(String name, boolean leader, Kind kind, int times) {
        return Fault.of(name, random -> {
            String member = leader ? cluster.leaderOrAny() : cluster.any(random);
            cluster.mayTearMeta(member);
            disks.err(member, kind, times);
            return Fault.ongoing(name + " on " + member, () -> {
                disks.err(member, Kind.SOUND, 0);
                // What a member asks for that has stopped taking part.
                cluster.process(member).kill();
                cluster.process(member).start();
            });
        });
    }
}
