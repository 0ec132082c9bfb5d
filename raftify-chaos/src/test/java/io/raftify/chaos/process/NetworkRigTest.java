package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rig (c): members with addresses of their own, partitioned in every shape, killed and paused meanwhile. */
class NetworkRigTest {

    @Test
    void members_in_networks_of_their_own_lose_nothing_and_lie_to_nobody() throws Exception {
        ProcessRounds.need("rig (c)", Namespaces.missing());
        Namespaces hosts = new Namespaces(Integer.getInteger("chaos.members", 3), Files.createTempDirectory("chaos"));
        ProcessRounds.of(Duration.ofMillis(4000), Duration.ofSeconds(10)).play("network", hosts, cluster -> {
            List<Fault> faults = new ArrayList<>(new NetworkFaults(cluster, hosts).all());
            faults.addAll(new ProcessFaults(cluster).all());
            return faults;
        });
    }
}
