package io.raftify.replication.state;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * State of the library's own that is driven by the log like that of the beans, and so belongs into every snapshot: it
 * stands in the same image, and is restored with it or not at all. Used by the thread that applies.
 */
public interface LibraryState {

    /** Stands in snapshots, unique among all parts; must not change. */
    String name();

    /** Whether it has to be in a snapshot now. If not, it is {@linkplain #absent absent} there. */
    default boolean isWritten() {
        return true;
    }

    /**
     * Puts what a snapshot without it stands for in the place of what is there; does not fail. Null if there is no such snapshot:
     * it is refused.
     */
    default @Nullable Runnable absent() {
        return null;
    }

    /** Writes it as it is now, while no command runs. The bytes are kept in memory until they are on disk. */
    void write(DataOutputStream out) throws IOException;

    /**
     * Reads what {@link #write} wrote, without touching anything yet.
     *
     * @return puts what was read in the place of what is there; does not fail. Called when everything else could be read
     * @throws IOException if the bytes cannot be read; the image is then refused
     */
    Runnable read(DataInputStream in) throws IOException;

    /**
     * Reads bytes that stand behind their length.
     *
     * @throws IOException if they are cut short, or the length is none
     */
    static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            throw new IOException("A length of " + length + " bytes is none");
        }
        return readBytes(in, length);
    }

    /** @throws EOFException if they are cut short */
    static byte[] readBytes(DataInputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("Cut short: " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }
}
