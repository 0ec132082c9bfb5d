package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.fuzz.Fuzz;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot is restored byte for byte, or refused before the state machine sees any of it. */
class FuzzedSnapshotTest {

    private static final int HEADER = 12;
    private static final int TRAILER = 16;

    @TempDir
    Path directory;

    @Test
    void a_damaged_snapshot_never_reaches_the_state_machine() throws IOException {
        byte[] valid = valid();
        fuzz("snapshots", UnaryOperator.identity(), bytes -> assertThat(bytes).isEqualTo(valid));
    }

    @Test
    void whatever_fits_its_checksum_is_restored_as_it_was_written() throws IOException {
        fuzz("sealed snapshots", FuzzedSnapshotTest::seal, bytes -> {});
    }

    private void fuzz(String name, UnaryOperator<byte[]> finish, Fuzz.Parser whenRestored) throws IOException {
        Path file = directory.resolve("fuzzed");
        Fuzz.target(name, valid())
                .finishedBy(finish)
                .refusingBy(IOException.class)
                .oneOf(10)
                .run(bytes -> {
                    Files.write(file, bytes);
                    Whole whole = new Whole();
                    try {
                        SnapshotFile.restore(file, whole);
                    } catch (IOException refused) {
                        assertThat(whole.restored).isNull();
                        throw refused;
                    }
                    assertThat(whole.restored).isEqualTo(Arrays.copyOfRange(bytes, HEADER, bytes.length - TRAILER));
                    whenRestored.parse(bytes);
                });
    }

    private byte[] valid() throws IOException {
        Path file = directory.resolve("valid");
        SnapshotFile.write(file, out -> out.write("the state of a machine".getBytes(StandardCharsets.UTF_8)), () -> {});
        return Files.readAllBytes(file);
    }

    /** Gives a file the begin and the end that a snapshot of its content has. */
    private static byte[] seal(byte[] mutated) {
        if (mutated.length < HEADER + TRAILER) {
            return mutated;
        }
        byte[] sealed = mutated.clone();
        int length = sealed.length - HEADER - TRAILER;
        CRC32C crc = new CRC32C();
        crc.update(sealed, HEADER, length);
        ByteBuffer.wrap(sealed)
                .putLong(0x7261_6674_6966_7953L)
                .putInt(1)
                .position(HEADER + length)
                .putLong(length)
                .putLong(crc.getValue());
        return sealed;
    }

    private static final class Whole implements StateMachine {

        private byte[] restored;

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StateSnapshot snapshot() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void restore(StoredSnapshot snapshot) throws IOException {
            try (InputStream in = snapshot.open()) {
                restored = in.readAllBytes();
            }
        }
    }
}
