package io.raftify.chaos.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.chaos.process.ErringDisks.Kind;
import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Fault;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Subject.Sight;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rig (b) with writes and syncs that the operating system fails. */
class DiskErrorsRigTest {

    @BeforeEach
    void disksCanFail() {
        ProcessRounds.need("rig (b), disk errors,", PreloadedLibrary.missing());
    }

    @Test
    void failed_writes_and_syncs_lose_nothing_that_was_acknowledged() throws Exception {
        ErringDisks disks = new ErringDisks(3, Files.createTempDirectory("chaos"));
        ProcessRounds.of(Duration.ofMillis(1500), Duration.ofSeconds(10))
                .play("errors", disks, cluster -> List.of(Fault.dealt(new DiskErrors(cluster, disks).all())));
    }

    /** A sync that works after one that failed says nothing of what the failed one was to keep. */
    @Test
    void a_member_whose_sync_failed_once_stops_taking_part_and_comes_back_by_a_restart() throws Exception {
        Leaders leaders = new Leaders();
        ErringDisks disks = new ErringDisks(3, Files.createTempDirectory("chaos"));
        try (ProcessCluster cluster = new ProcessCluster(disks, leaders)) {
            cluster.reset(1);
            String leader = cluster.leaderOrAny();
            for (Kind kind : List.of(Kind.SYNC_FAILS, Kind.WRITE_IS_SHORT)) {
                String member = cluster.members().stream()
                        .filter(each -> !each.equals(leader))
                        .findFirst()
                        .orElseThrow();
                disks.err(member, kind, 1);
                cluster.reset(2 + kind.ordinal());
                cluster.mayTearMeta(member);
                Await.until("a member that stopped for its disk", Duration.ofSeconds(30), () -> {
                    Sight sight = cluster.look(member);
                    return sight != null && sight.failure() != null ? null : String.valueOf(sight);
                });
                assertThat(cluster.look(member).failure()).contains("then restart the member");

                cluster.recover();
                assertThat(cluster.look(member).failure()).isNull();
            }
        }
    }
}
