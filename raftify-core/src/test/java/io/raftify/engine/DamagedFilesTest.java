package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStartException;
import io.raftify.node.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bit is flipped or a block is zeroed in any file of one member while it is down. It starts with everything that it had,
 * or says that it is damaged and is given an empty disk; meanwhile and afterwards nothing that was acknowledged is missing
 * anywhere. {@code -Draftify.test.flips=300} damages more.
 */
class DamagedFilesTest {

    private static final int FLIPS = Integer.getInteger("raftify.test.flips", 8);
    private static final long SEED =
            Long.getLong("raftify.test.seed", ThreadLocalRandom.current().nextLong(1_000_000));

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final List<String> lines = new ArrayList<>();
    private int refusedAtStart;
    private int stopped;

    @Test
    void damage_is_found_or_does_no_harm_wherever_it_is() throws Exception {
        System.out.println("seed " + SEED);
        try (TestCluster cluster = TestCluster.of(
                        3,
                        directory,
                        settings -> settings.snapshotEntries(40).electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))
                .startAll()) {
            for (int flip = 0; flip < FLIPS; flip++) {
                write(cluster, 12);
                cluster.awaitAgreement();
                String name = cluster.follower().name;
                cluster.stop(name);
                String damage = damage(directory.resolve(name));
                write(cluster, 3);

                startOrReplace(cluster, name);
                await().alias("all agree after flip " + flip + ": " + damage)
                        .atMost(TestCluster.DEADLINE)
                        .until(() -> {
                            if (cluster.member(name).status().role() == Role.FAILED) {
                                stopped++;
                                cluster.stop(name);
                                replace(cluster, name);
                            }
                            return cluster.running().stream()
                                    .allMatch(each -> each.ledger.lines().equals(lines));
                        });
            }
            assertThat(cluster.leader().read()).isEqualTo(lines);
        }
        System.out.println(FLIPS + " places damaged: found at the start " + refusedAtStart + ", later " + stopped
                + ", harmless " + (FLIPS - refusedAtStart - stopped));
    }

    private void write(TestCluster cluster, int count) {
        for (int i = 0; i < count; i++) {
            String line = "line " + lines.size() + " " + "x".repeat(random.nextInt(500));
            cluster.leader().write(line);
            lines.add(line);
        }
    }

    private void startOrReplace(TestCluster cluster, String name) {
        try {
            cluster.start(name);
        } catch (NodeStartException damaged) {
            refusedAtStart++;
            replace(cluster, name);
        }
    }

    /** As the operator of a damaged member does. */
    private static void replace(TestCluster cluster, String name) {
        cluster.wipe(name);
        cluster.start(name);
    }

    private String damage(Path member) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(member)) {
            files = all.filter(Files::isRegularFile)
                    // What locks hold is nobody's data, and is made anew.
                    .filter(file -> !file.getFileName().toString().contains("lock"))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(bytes.length);
        boolean zeroed = random.nextInt(4) == 0;
        if (zeroed) {
            Arrays.fill(bytes, at, Math.min(bytes.length, at + 64 + random.nextInt(4_096)), (byte) 0);
        } else {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, bytes);
        return (zeroed ? "zeroes" : "a bit") + " at " + at + " of " + member.relativize(file);
    }
}
