package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An empty member is filled by a snapshot, and something happens while that is under way. {@code -Draftify.test.installs=24}
 * makes it happen more often.
 */
class InstallUnderFaultsTest {

    private static final int INSTALLS = Integer.getInteger("raftify.test.installs", Happening.values().length);
    private static final int LINES = 12;
    private static final long SEED =
            Long.getLong("raftify.test.seed", ThreadLocalRandom.current().nextLong(1_000_000));

    @TempDir
    Path directory;

    enum Happening {
        RECEIVER_STOPS,
        SENDER_STOPS,
        RECEIVER_IS_CUT_OFF,
        ANOTHER_LEADS,
        CHUNK_IS_CORRUPTED,
        SNAPSHOT_IS_REPLACED
    }

    @Test
    void an_install_that_is_disturbed_comes_to_its_end_all_the_same() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<String> lines = new ArrayList<>();
        int underWay = 0;
        try (TestCluster cluster = TestCluster.of(
                        3,
                        directory,
                        settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT.dividedBy(2)))
                .startAll()) {
            for (int i = 0; i < LINES; i++) {
                write(cluster, i + "-" + "z".repeat(1_000_000), lines);
            }
            for (int i = 0; i < INSTALLS; i++) {
                Happening happening = Happening.values()[i % Happening.values().length];
                TestCluster.Member receiver = emptied(cluster, lines);
                TestCluster.Member sender = cluster.leader();
                // So slow that there is time for something to happen.
                receiver.transport().delay(sender.name, Duration.ofMillis(25));
                int chunks = 2 + random.nextInt(12);
                await().alias("chunks under way, then: " + happening)
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> receiver.transport().calls(MessageKind.GET_FILE.number()) >= chunks);
                underWay += receiver.ledger.lines().isEmpty() ? 1 : 0;

                happens(happening, cluster, receiver, sender);

                cluster.heal();
                cluster.names().forEach(name -> startIfItStopped(cluster, name));
                write(cluster, "after " + i + ", " + happening, lines);
                await().alias("all agree after: " + happening)
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> cluster.running().stream()
                                .allMatch(each -> each.ledger.lines().equals(lines)));
                assertThat(cluster.member(receiver.name).status().snapshotIndex())
                        .as("filled by a snapshot")
                        .isPositive();
            }
        }
        System.out.println(INSTALLS + " installs disturbed, " + underWay + " of them under way");
        // A test that is kept waiting itself may come too late now and then.
        assertThat(underWay).as("installs that were under way").isGreaterThan(INSTALLS / 2);
    }

    private void write(TestCluster cluster, String line, List<String> lines) {
        cluster.leader().write(line);
        lines.add(line);
    }

    /** A follower that starts with an empty disk, while the others' logs do not begin at the beginning. */
    private TestCluster.Member emptied(TestCluster cluster, List<String> lines) throws IOException {
        String name = cluster.follower().name;
        cluster.stop(name);
        // The log keeps what is newer than the last snapshot but one.
        for (int turn = 0; turn < 2; turn++) {
            write(cluster, "before " + lines.size(), lines);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> cluster.running().stream()
                            .allMatch(member -> member.ledger.lines().size() == lines.size()));
            cluster.running().forEach(member -> member.node.snapshot().join());
        }
        // Which the engine drops when the snapshot is there, and not before it says so.
        await().alias("logs that do not begin at the beginning")
                .atMost(Duration.ofSeconds(60))
                .until(() -> cluster.running().stream()
                        .allMatch(member -> member.status().firstIndex() > 1));
        cluster.wipe(name);
        return cluster.start(name);
    }

    private void happens(
            Happening happening, TestCluster cluster, TestCluster.Member receiver, TestCluster.Member sender) {
        switch (happening) {
            case RECEIVER_STOPS -> cluster.stop(receiver.name);
            case SENDER_STOPS -> cluster.stop(sender.name);
            case RECEIVER_IS_CUT_OFF -> {
                cluster.cut(receiver.name);
                long calls = receiver.transport().calls(MessageKind.GET_FILE.number());
                await().alias("it tries again")
                        .atMost(TestCluster.DEADLINE)
                        .until(() -> receiver.transport().calls(MessageKind.GET_FILE.number()) > calls
                                || !receiver.ledger.lines().isEmpty());
            }
            case ANOTHER_LEADS -> sender.node.handOverLeadership(Duration.ofSeconds(10));
            case CHUNK_IS_CORRUPTED ->
                receiver.transport().corruptNextAnswer(sender.name, MessageKind.GET_FILE.number());
            case SNAPSHOT_IS_REPLACED -> sender.node.snapshot().join();
        }
    }

    private static void startIfItStopped(TestCluster cluster, String name) {
        if (cluster.running().stream().noneMatch(each -> each.name.equals(name))) {
            cluster.start(name);
        }
    }
}
