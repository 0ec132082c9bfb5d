package io.raftify.replication;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * State of the library's own that is driven by the log like that of the beans, and so belongs into every snapshot. Used by
 * the thread that applies.
 */
interface LibraryState {

    /** Stands in snapshots; must not change. */
    String name();

    void write(DataOutputStream out) throws IOException;

    /**
     * Reads what {@link #write} wrote, without touching anything yet.
     *
     * @return puts what was read in the place of what is there; does not fail
     */
    Runnable read(DataInputStream in) throws IOException;
}
