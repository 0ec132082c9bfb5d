package io.raftify.storage.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.Entries;
import io.raftify.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mountPoint.toString()),
                "SKIPPED: a full disk cannot be tried, since this user may not mount a small tmpfs");
        try {
            fillUntilItFails();
        } finally {
            assertThat(run("umount", mountPoint.toString())).isTrue();
        }
    }

    private void fillUntilItFails() {
        Path directory = mountPoint.resolve("data");
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

    private static boolean run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException noSuchCommand) {
            return false;
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() == 0;
    }
}
