package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can happen to wall clocks, beside processes that are killed and paused. */
public final class ClockFaults {

    private final ProcessCluster cluster;
    private final BentClocks clocks;

    public ClockFaults(ProcessCluster cluster, BentClocks clocks) {
        this.cluster = cluster;
        this.clocks = clocks;
    }

    public List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        all.add(bent("an hour ahead", Duration.ofHours(1), 1_000_000));
        all.add(bent("an hour behind", Duration.ofHours(-1), 1_000_000));
        all.add(bent("a fifth too fast", Duration.ZERO, 1_200_000));
        all.add(bent("a fifth too slow", Duration.ZERO, 800_000));
        all.add(bent("standing still", Duration.ZERO, 0));
        ProcessFaults processes = new ProcessFaults(cluster);
        all.add(processes.leaderKilled());
        all.add(processes.leaderPaused());
        return all;
    }

    private Fault bent(String name, Duration ahead, long rate) {
        return Fault.of("clock " + name, random -> {
            String member = random.nextBoolean() ? cluster.leaderOrAny() : cluster.any(random);
            clocks.bend(member, ahead, rate);
            return Fault.ongoing("clock of " + member + " " + name, clocks::heal);
        });
    }
}
