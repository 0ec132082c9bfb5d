package io.raftify.node;

import java.io.IOException;
import java.io.InputStream;

/**
 * What a {@link StateSnapshot} wrote, on this member's disk. It may be read as often as needed, so that a state machine
 * can look it through before it changes anything, without holding it in memory.
 */
@FunctionalInterface
public interface StoredSnapshot {

    /** The bytes from their beginning. The caller closes the stream. */
    InputStream open() throws IOException;
}
