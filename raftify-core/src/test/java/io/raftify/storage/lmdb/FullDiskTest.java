package io.raftify.storage.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.Entries;
import io.raftify.storage.SmallDisk;
import io.raftify.storage.StorageFailure;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A small file system of its own is needed, and so the right to mount one. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {

    @TempDir
    Path mountPoint;

    @Test
    void a_full_disk_stops_the_store_with_a_message_and_loses_nothing_acknowledged() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(mountPoint, 4)) {
            fillUntilItFails(disk.directory().resolve("data"));
        }
    }

    private void fillUntilItFails(Path directory) {
        CompletableFuture<StorageFailure> heard = new CompletableFuture<>();
        long acknowledged = 0;
        try (LmdbMemberStore store = LmdbMemberStore.open(directory, "orders", "n1", 1 << 20)) {
            store.onFailure(heard::complete);
            while (store.log().appendEntry(Entries.entry(acknowledged + 1, 1, new byte[10_000]))) {
                acknowledged++;
                assertThat(acknowledged).isLessThan(500);
            }
            assertThat(heard).isCompleted();
            assertThat(heard.join().message())
                    .contains("the disk is full")
                    .contains(directory.toString())
                    .contains("Free or add space");
            assertThat(acknowledged).isGreaterThan(100);
            assertThat(store.meta().setTermAndVotedFor(2, new PeerId("n1", 0))).isFalse();
            assertThat(store.log().getEntry(acknowledged).getData().remaining()).isEqualTo(10_000);
        }
        try (LmdbMemberStore store = LmdbMemberStore.open(directory, "orders", "n1", 1 << 20)) {
            assertThat(store.log().getLastLogIndex()).isEqualTo(acknowledged);
        }
    }
}
