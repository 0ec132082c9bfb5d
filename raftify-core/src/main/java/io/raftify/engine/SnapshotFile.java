package io.raftify.engine;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A state machine's snapshot on disk: a magic number, the format's version, the state, and at the end the state's length
 * and checksum. The whole file is checked before the state machine sees the first byte of it, so that a damaged
 * snapshot never destroys a good state.
 */
final class SnapshotFile {

    static final String NAME = "state";

    private static final long MAGIC = 0x7261_6674_6966_7953L; // "raftifyS"
    private static final int FORMAT_VERSION = 1;
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
    private static final int TRAILER_BYTES = 2 * Long.BYTES;
    private static final int BUFFER_BYTES = 1 << 16;

    private static final int CHECKED_EVERY_BYTES = 1 << 20;

    private SnapshotFile() {}

    /** Asked as the file grows; throws if it should not grow any more. */
    @FunctionalInterface
    interface RoomCheck {

        void check() throws IOException;
    }

    /**
     * Writes and syncs the file; when this returns, it is on stable storage and was read back. The one before it is removed
     * then, and with it the log behind it.
     *
     * @throws IOException if it cannot be written, if there is not enough room for it, or is not what was written
     */
    static void write(Path file, StateSnapshot snapshot, RoomCheck room) throws IOException {
        room.check();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
            out.writeLong(MAGIC);
            out.writeInt(FORMAT_VERSION);
            Counted counted = new Counted(out, room);
            CheckedOutputStream checked = new CheckedOutputStream(counted, new CRC32C());
            snapshot.writeTo(new Unclosable(checked));
            checked.flush();
            out.writeLong(counted.count);
            out.writeLong(checked.getChecksum().getValue());
            out.flush();
            channel.force(true);
        }
        verify(file);
    }

    /** @throws IOException if the file is damaged, of an unknown format, or cannot be restored */
    static void restore(Path file, StateMachine stateMachine) throws IOException {
        long length = verify(file);
        stateMachine.restore(() -> open(file, length));
    }

    private static InputStream open(Path file, long length) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            in.skipNBytes(HEADER_BYTES);
        } catch (IOException notThere) {
            in.close();
            throw notThere;
        }
        return new Bounded(in, length);
    }

    static long verify(Path file) throws IOException {
        long size = Files.size(file);
        if (size < HEADER_BYTES + TRAILER_BYTES) {
            throw new IOException("Snapshot " + file + " is damaged: it has only " + size + " bytes.");
        }
        try (InputStream buffered = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            DataInputStream in = new DataInputStream(buffered);
            if (in.readLong() != MAGIC) {
                throw new IOException("Snapshot " + file + " is damaged: it does not begin as a snapshot does.");
            }
            int version = in.readInt();
            if (version != FORMAT_VERSION) {
                throw new IOException("Snapshot " + file + " has format version " + version + ", but this version of "
                        + "the library reads " + FORMAT_VERSION + ".");
            }
            long length = size - HEADER_BYTES - TRAILER_BYTES;
            CheckedInputStream checked = new CheckedInputStream(buffered, new CRC32C());
            checked.skipNBytes(length);
            long computed = checked.getChecksum().getValue();
            long writtenLength = in.readLong();
            long written = in.readLong();
            if (writtenLength != length || written != computed) {
                throw new IOException("Snapshot " + file + " is damaged: its checksum does not fit its content.");
            }
            return length;
        }
    }

    private static final class Counted extends FilterOutputStream {

        private final RoomCheck room;
        private long count;
        private long checkedAt;

        Counted(OutputStream out, RoomCheck room) {
            super(out);
            this.room = room;
        }

        private void count(int bytes) throws IOException {
            count += bytes;
            if (count - checkedAt >= CHECKED_EVERY_BYTES) {
                checkedAt = count;
                room.check();
            }
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count(1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count(length);
        }
    }

    /** A state machine may close what it writes to; the trailer still has to follow. */
    private static final class Unclosable extends FilterOutputStream {

        Unclosable(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** Ends where the state ends, so that a state machine cannot read the trailer as state. */
    private static final class Bounded extends InputStream {

        private final InputStream in;
        private long left;

        Bounded(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0 && length > 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(left, length));
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(left, in.available());
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
