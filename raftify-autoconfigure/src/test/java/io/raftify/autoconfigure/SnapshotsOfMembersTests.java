package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.NodeStartException;
import io.raftify.node.RaftNode;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.StreamedState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Snapshots on the disks of real members. */
class SnapshotsOfMembersTests {

    @TempDir
    Path directory;

    @Test
    void oneThatTheNewVersionCannotReadStopsTheMemberWithTheReasonAndTheFormerVersionStillReadsIt() throws Exception {
        try (Members members = new Members(1, directory, FormerVersion.class).start()) {
            members.bean("n1", PricesByName.class).set("a", "cheap");
            snapshot(members);
        }

        Members newer = new Members(1, directory, NewVersion.class);
        assertThatException().isThrownBy(() -> newer.start("n1")).satisfies(thrown -> {
            NodeStartException reason = cause(thrown, NodeStartException.class);
            assertThat(reason).isNotNull();
            assertThat(reason.reason()).isEqualTo(NodeStartException.Reason.STATE_NOT_RESTORED);
            assertThat(reason)
                    .hasMessageContaining("field 'prices' of bean 'prices'")
                    .hasMessageContaining("java.util.Map<java.lang.String, java.lang.String>")
                    .hasMessageContaining("java.util.Map<java.lang.String, java.lang.Integer>");
        });

        try (Members members = new Members(1, directory, FormerVersion.class).start()) {
            assertThat(members.bean("n1", PricesByName.class).get("a")).isEqualTo("cheap");
        }
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> type) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }

    @Test
    void oneWhoseWritingFailsHalfWayLeavesTheOneBeforeAndALaterOneTakesItsPlace() throws Exception {
        long before;
        try (Members members = new Members(1, directory, Journals.class).start()) {
            Journal journal = members.bean("n1", Journal.class);
            journal.add("in the first snapshot");
            before = snapshot(members);
            journal.add("in the log");
            Journal.failing = true;

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> snapshot(members))
                    .withMessageContaining("no room left");

            assertThat(members.status("n1").snapshotIndex()).isEqualTo(before);
            journal.add("after it");
        } finally {
            Journal.failing = false;
        }

        try (Members members = new Members(1, directory, Journals.class).start()) {
            Journal journal = members.bean("n1", Journal.class);
            assertThat(journal.lines()).containsExactly("in the first snapshot", "in the log", "after it");
            assertThat(members.status("n1").snapshotIndex()).isEqualTo(before);
            assertThat(snapshot(members)).isGreaterThan(before);
        }
        try (Members members = new Members(1, directory, Journals.class).start()) {
            assertThat(members.bean("n1", Journal.class).lines()).hasSize(3);
            assertThat(members.status("n1").snapshotIndex()).isGreaterThan(before);
        }
    }

    @Test
    void commandsAreAppliedWhileOneIsWritten() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try (Members members = new Members(1, directory, Journals.class).start()) {
            Journal journal = members.bean("n1", Journal.class);
            journal.add("before");
            Journal.waitingFor = mayGoOn;
            CompletableFuture<Long> snapshot =
                    members.bean("n1", RaftNode.class).snapshot();

            for (int i = 0; i < 20; i++) {
                journal.add("meanwhile " + i);
            }
            assertThat(journal.lines()).hasSize(21);
            assertThat(snapshot).isNotDone();
            mayGoOn.countDown();

            assertThat(snapshot.get(30, TimeUnit.SECONDS)).isPositive();
        } finally {
            mayGoOn.countDown();
            Journal.waitingFor = null;
        }
        try (Members members = new Members(1, directory, Journals.class).start()) {
            assertThat(members.bean("n1", Journal.class).lines()).hasSize(21).startsWith("before", "meanwhile 0");
        }
    }

    private static long snapshot(Members members) throws Exception {
        return members.bean("n1", RaftNode.class).snapshot().get(30, TimeUnit.SECONDS);
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class FormerVersion {

        @Bean
        PricesByName prices() {
            return new PricesByName();
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class NewVersion {

        @Bean
        PricesInCents prices() {
            return new PricesInCents();
        }
    }

    static class PricesByName {

        @ReplicatedState
        private final Map<String, String> prices = new LinkedHashMap<>();

        @ReplicatedCommand("prices.set")
        public void set(String item, String price) {
            prices.put(item, price);
        }

        @ReplicatedQuery
        public @Nullable String get(String item) {
            return prices.get(item);
        }
    }

    static class PricesInCents {

        @ReplicatedState
        private final Map<String, Integer> prices = new LinkedHashMap<>();

        @ReplicatedCommand("prices.set")
        public void set(String item, String price) {
            prices.put(item, price.length());
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Journal.class)
    static class Journals {}

    static class Journal implements StreamedState {

        static volatile boolean failing;
        static volatile @Nullable CountDownLatch waitingFor;

        private final List<String> lines = new ArrayList<>();

        @ReplicatedCommand("journal.add")
        public void add(String line) {
            lines.add(line);
        }

        @ReplicatedQuery
        public List<String> lines() {
            return List.copyOf(lines);
        }

        @Override
        public StateSnapshot snapshot() {
            List<String> now = List.copyOf(lines);
            return out -> {
                CountDownLatch latch = waitingFor;
                if (latch != null) {
                    await(latch);
                }
                DataOutputStream data = new DataOutputStream(out);
                data.writeInt(now.size());
                if (failing) {
                    // More than any buffer on the way holds.
                    data.write(new byte[1 << 20]);
                    throw new IOException("no room left");
                }
                for (String line : now) {
                    data.writeUTF(line);
                }
            };
        }

        private static void await(CountDownLatch latch) throws IOException {
            try {
                if (!latch.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("nobody let the snapshot go on");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(interrupted);
            }
        }

        @Override
        public void restore(InputStream in) throws IOException {
            DataInputStream data = new DataInputStream(in);
            lines.clear();
            for (int left = data.readInt(); left > 0; left--) {
                lines.add(data.readUTF());
            }
        }
    }
}
