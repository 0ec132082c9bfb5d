package io.raftify.replication;

import io.raftify.node.StateSnapshot;
import io.raftify.replication.state.StreamedPart;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A {@link StreamedState} of the application, as the room of state sees it. */
record StreamedBean(StreamedState bean) implements StreamedPart {

    @Override
    public StateSnapshot snapshot() {
        return bean.snapshot();
    }

    @Override
    public void restore(InputStream in) throws IOException {
        bean.restore(in);
    }

    @Override
    public byte @Nullable [] digest() {
        return bean.digest();
    }
}
