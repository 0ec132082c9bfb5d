package io.raftify.replication.state;

import io.raftify.node.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** What a bean writes into snapshots by itself, beside its marked fields. */
public interface StreamedPart {

    /** Fixes it as it is now, while no command runs; what is returned writes it later. */
    StateSnapshot snapshot();

    /**
     * Replaces the whole of it.
     *
     * @throws IOException if the bytes cannot be used; what the bean has changed by then is not known
     */
    void restore(InputStream in) throws IOException;

    /** The same on every member whose state is the same; null if that is not compared. */
    byte @Nullable [] digest();
}
