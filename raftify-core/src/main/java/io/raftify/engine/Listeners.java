package io.raftify.engine;

import io.raftify.node.RaftNodeListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners one after another, on a thread of their own and in the order in which things happened: what there is to
 * tell is known under locks of the engine and the store, and a listener may ask the member for its status. One that throws is
 * reported and does not keep the others from hearing.
 */
final class Listeners {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    /** More than there is to tell in many elections; a listener that blocks must not fill memory. */
    private static final int MOST_UNTOLD = 1_024;

    private final List<RaftNodeListener> listeners = new CopyOnWriteArrayList<>();
    private final String self;
    private final ExecutorService telling;

    Listeners(String self) {
        this.self = self;
        this.telling = MemberThreads.pool(self + "-listeners", 1, MOST_UNTOLD);
    }

    void add(RaftNodeListener listener) {
        listeners.add(listener);
    }

    void leaderChanged(long term, @Nullable String leaderId) {
        tell(listener -> listener.leaderChanged(term, leaderId));
    }

    void electionStarted(long term) {
        tell(listener -> listener.electionStarted(term));
    }

    void parked(String reason) {
        tell(listener -> listener.parked(reason));
    }

    void announced(String nodeId) {
        tell(listener -> listener.announced(nodeId));
    }

    void failed(String reason) {
        tell(listener -> listener.failed(reason));
    }

    private void tell(Consumer<RaftNodeListener> call) {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            telling.execute(() -> listeners.forEach(listener -> tell(listener, call)));
        } catch (RejectedExecutionException untold) {
            if (telling.isShutdown()) {
                log.debug("What happens to a member after it was closed is not told");
            } else {
                log.warn(
                        "A listener of member {} blocks: {} calls wait for it, and what happens now is not told",
                        self,
                        MOST_UNTOLD);
            }
        }
    }

    /** What has happened by now is still told. */
    void close() {
        telling.shutdown();
    }

    private static void tell(RaftNodeListener listener, Consumer<RaftNodeListener> call) {
        try {
            call.accept(listener);
        } catch (RuntimeException thrown) {
            log.warn("A listener of the member threw an exception", thrown);
        }
    }
}
