package io.raftify.chaos.process;

import static org.junit.jupiter.api.Assumptions.abort;

import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Round;
import io.raftify.chaos.round.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rig (c): members with addresses of their own, partitioned in every shape, killed and paused meanwhile. */
class NetworkRigTest {

    @Test
    void members_in_networks_of_their_own_lose_nothing_and_lie_to_nobody() throws Exception {
        String missing = Namespaces.missing();
        if (missing != null) {
            System.err.println("RIG (c) WAS NOT RUN: " + missing);
            abort("rig (c) was not run: " + missing);
        }
        Path work = Files.createTempDirectory("chaos");
        Leaders leaders = new Leaders();
        Namespaces hosts = new Namespaces(Integer.getInteger("chaos.members", 3), work);
        try (ProcessCluster cluster = new ProcessCluster(hosts, leaders)) {
            List<Fault> faults = new ArrayList<>(new NetworkFaults(cluster, hosts).all());
            faults.addAll(new ProcessFaults(cluster).all());
            Round.Plan plan = new Round.Plan(
                    faults, 8, 600, Duration.ofMillis(2000), Duration.ofMillis(200), Duration.ofMillis(4000));
            Rounds.of("network").play(seed -> new Round(seed, plan, Duration.ofSeconds(10)).play(cluster, leaders));
        }
    }
}
