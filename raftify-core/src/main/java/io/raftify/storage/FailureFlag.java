package io.raftify.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store's failed state: goes up once, stays up. For stores, which raise it before an operation that failed returns or
 * throws; see {@link MemberStore}. Thread-safe.
 */
public final class FailureFlag {

    private static final Logger LOG = LoggerFactory.getLogger(FailureFlag.class);

    private final List<Consumer<StorageFailure>> listeners = new ArrayList<>();
    private volatile @Nullable StorageFailure failure;

    /** The failure; null while the flag is down. */
    public @Nullable StorageFailure get() {
        return failure;
    }

    public boolean isUp() {
        return failure != null;
    }

    /**
     * Puts the flag up and calls the listeners on this thread, or does nothing if it is up already.
     *
     * <p>A second thread that fails while the first is still calling listeners does not wait for them: one of them may
     * need a lock that this second thread holds (the engine writes term and vote under the node's lock, and stopping the
     * node takes it). What both find when they return is the flag, and that is what guard G2 asks.
     */
    public void raise(StorageFailure found) {
        List<Consumer<StorageFailure>> toTell;
        synchronized (listeners) {
            if (failure != null) {
                return;
            }
            failure = found;
            toTell = List.copyOf(listeners);
        }
        LOG.error("The log store failed and takes no more writes: {}", found.message(), found.cause());
        toTell.forEach(listener -> tell(listener, found));
    }

    /** Calls the listener at the failure, or at once if that has been. */
    public void onRaise(Consumer<StorageFailure> listener) {
        StorageFailure found;
        synchronized (listeners) {
            found = failure;
            if (found == null) {
                listeners.add(listener);
                return;
            }
        }
        tell(listener, found);
    }

    private static void tell(Consumer<StorageFailure> listener, StorageFailure found) {
        try {
            listener.accept(found);
        } catch (RuntimeException e) {
            // One listener's mistake must not keep the others from hearing, nor turn the store's answer into another.
            LOG.error("A listener of the log store's failure failed itself", e);
        }
    }
}
