package io.raftify.node;

import java.io.IOException;
import java.io.OutputStream;

/** A state fixed at one index, written while later commands are applied. */
@FunctionalInterface
public interface StateSnapshot {

    /** Writes the state. Called at most once, on a thread of the member's own. */
    void writeTo(OutputStream out) throws IOException;
}
