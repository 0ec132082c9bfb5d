package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void write_a_snapshot_of_two_lines() throws IOException {
        file = directory.resolve("state");
        Ledger ledger = new Ledger();
        ledger.apply(1, 1, "one".getBytes(StandardCharsets.UTF_8));
        ledger.apply(2, 1, "two".getBytes(StandardCharsets.UTF_8));
        SnapshotFile.write(file, ledger.snapshot(), () -> {});
    }

    @Test
    void what_was_written_is_restored() throws IOException {
        Ledger restored = new Ledger();
        SnapshotFile.restore(file, restored);
        assertThat(restored.lines()).containsExactly("one", "two");
    }

    @Test
    void a_state_machine_may_read_it_more_than_once_and_never_more_than_its_own_bytes() throws IOException {
        List<byte[]> read = new ArrayList<>();
        SnapshotFile.restore(file, new ReadingTwice(read));
        assertThat(read).hasSize(2);
        assertThat(read.get(1)).isEqualTo(read.get(0));
        assertThat(new String(read.get(1), StandardCharsets.UTF_8)).endsWith("two");
    }

    @Test
    void one_that_is_damaged_while_it_is_written_is_not_taken_for_one() {
        byte[] part = new byte[1 << 18];
        StateSnapshot damaged = out -> {
            out.write(part);
            byte[] written = Files.readAllBytes(file);
            written[part.length / 4] ^= 4;
            Files.write(file, written, StandardOpenOption.WRITE);
            out.write(part);
        };

        assertThatIOException()
                .isThrownBy(() -> SnapshotFile.write(file, damaged, () -> {}))
                .withMessageContaining("checksum");
    }

    @Test
    void one_that_grows_is_given_up_as_soon_as_there_is_too_little_room() {
        byte[] part = new byte[1 << 20];
        int[] parts = new int[1];
        StateSnapshot large = out -> {
            for (int i = 0; i < 100; i++, parts[0]++) {
                out.write(part);
            }
        };
        SnapshotFile.RoomCheck roomForTen = () -> {
            if (parts[0] >= 10) {
                throw new IOException("no room");
            }
        };

        assertThatIOException()
                .isThrownBy(() -> SnapshotFile.write(file, large, roomForTen))
                .withMessage("no room");

        assertThat(parts[0]).isEqualTo(10);
    }

    @Test
    void a_flipped_bit_anywhere_is_found_before_the_state_is_touched() throws IOException {
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 4;
            Files.write(file, bad);
            Ledger untouched = new Ledger();
            untouched.apply(1, 1, "before".getBytes(StandardCharsets.UTF_8));
            assertThatIOException()
                    .as("byte %d", at)
                    .isThrownBy(() -> SnapshotFile.restore(file, untouched))
                    .withMessageContaining(file.toString());
            assertThat(untouched.lines()).isEqualTo(List.of("before"));
        }
    }

    @Test
    void a_lost_tail_is_found() throws IOException {
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertThatIOException().as("length %d", length).isThrownBy(() -> SnapshotFile.restore(file, new Ledger()));
        }
    }

    private record ReadingTwice(List<byte[]> read) implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return new byte[0];
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(StoredSnapshot snapshot) throws IOException {
            for (int i = 0; i < 2; i++) {
                try (InputStream in = snapshot.open()) {
                    read.add(in.readAllBytes());
                }
            }
        }
    }
}
