package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Members that know nothing but what a snapshot told them. */
final class Filled {

    private static final int MOST_TURNS = 20;

    private Filled() {}

    /**
     * Empties a follower's data directory, and has it filled by the others from a snapshot.
     *
     * @param command puts an entry into the log
     */
    static RaftClusterNode bySnapshot(RaftCluster cluster, Runnable command) throws Exception {
        cluster.awaitLeader();
        RaftClusterNode emptied = cluster.follower();
        Path directory = emptied.bean(RaftNodeSettings.class).dataDir();
        cluster.kill(emptied);
        // The log keeps what is newer than the last snapshot but one.
        for (int turn = 0; turn < 2; turn++) {
            command.run();
            for (RaftClusterNode node : others(cluster, emptied)) {
                node.bean(RaftNode.class).snapshot().get(30, TimeUnit.SECONDS);
            }
        }
        for (RaftClusterNode node : others(cluster, emptied)) {
            assertThat(node.status().firstIndex()).as("first entry of %s", node).isGreaterThan(1);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        cluster.restart(emptied);
        emptied.awaitReady();
        cluster.awaitAgreement();
        assertThat(emptied.status().snapshotIndex()).as("filled by a snapshot").isGreaterThan(1);
        return emptied;
    }

    /** Sees to it that the node leads, so that what it knows decides. */
    static void lead(RaftCluster cluster, RaftClusterNode node) {
        for (int turn = 0; turn < MOST_TURNS && cluster.awaitLeader() != node; turn++) {
            RaftClusterNode leader = cluster.leader();
            cluster.awaitAgreement();
            others(cluster, node).stream().filter(other -> other != leader).forEach(cluster::cut);
            leader.bean(RaftNode.class).handOverLeadership(Duration.ofSeconds(10));
            cluster.awaitLeader();
            cluster.heal();
        }
        assertThat(cluster.awaitLeader()).isSameAs(node);
    }

    private static List<RaftClusterNode> others(RaftCluster cluster, RaftClusterNode node) {
        return cluster.nodes().stream().filter(other -> other != node).toList();
    }
}
