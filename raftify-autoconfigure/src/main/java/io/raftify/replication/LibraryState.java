package io.raftify.replication;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A part of the replicated state that is the library's own, such as the sessions. It stands in the same image as the
 * state of the beans, and is restored with it or not at all.
 */
interface LibraryState {

    /** Its name in images, unique among all. Part of the persistent format. */
    String name();

    /** Writes it as it is now. Called while no command runs; the bytes are kept in memory until they are on disk. */
    void write(DataOutputStream out) throws IOException;

    /**
     * Reads what {@link #write} wrote, and changes nothing yet.
     *
     * @return puts what was read in place. Called while no command runs, when everything else in the image could be read
     *     too. Must not fail
     * @throws IOException if the bytes cannot be read; the image is then refused
     */
    Runnable read(DataInputStream in) throws IOException;

    /** What an image says that has no such part, since it was written before the library had it. */
    Runnable absent();
}
