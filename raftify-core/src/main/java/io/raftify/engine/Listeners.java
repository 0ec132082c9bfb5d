package io.raftify.engine;

import io.raftify.node.RaftNodeListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners one after another; one that throws is reported and does not keep the others from hearing. */
final class Listeners {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<RaftNodeListener> listeners = new CopyOnWriteArrayList<>();

    void add(RaftNodeListener listener) {
        listeners.add(listener);
    }

    synchronized void leaderChanged(long term, @Nullable String leaderId) {
        tell(listener -> listener.leaderChanged(term, leaderId));
    }

    synchronized void electionStarted(long term) {
        tell(listener -> listener.electionStarted(term));
    }

    synchronized void parked(String reason) {
        tell(listener -> listener.parked(reason));
    }

    synchronized void announced(String nodeId) {
        tell(listener -> listener.announced(nodeId));
    }

    synchronized void failed(String reason) {
        tell(listener -> listener.failed(reason));
    }

    private void tell(Consumer<RaftNodeListener> call) {
        for (RaftNodeListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException thrown) {
                log.warn("A listener of the member threw an exception", thrown);
            }
        }
    }
}
