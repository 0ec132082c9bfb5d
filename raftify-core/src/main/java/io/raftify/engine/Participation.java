package io.raftify.engine;

import io.raftify.storage.MemberStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether this member may still say anything to the others, and why not.
 *
 * <p>Guards G2 and G3. The engine can answer "success" for entries that were never written, when a duplicate arrives
 * while a write fails, and it only logs when term or vote cannot be stored. The store raises its flag before such a
 * failure becomes visible to the engine; every answer and every request asks here just before it leaves. The question is
 * asked of the store itself and not of a copy, so there is no moment between the failure and its being known here.
 */
class Participation {

    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Parking parking = new Parking();
    private volatile @Nullable MemberStore store;
    private volatile boolean open;

    /** Whether it takes part without leading. */
    Parking parking() {
        return parking;
    }

    void watch(MemberStore store) {
        this.store = store;
        store.onFailure(storeFailure -> fail(storeFailure.message()));
    }

    /** From now on calls may come and go, until {@link #end()} or a failure. */
    void begin() {
        open = true;
    }

    void end() {
        open = false;
    }

    boolean permitted() {
        return refusal() == null;
    }

    /** Why nothing may be said; null if it may. */
    @Nullable String refusal() {
        String reason = failureReason();
        if (reason != null) {
            return "this member stopped taking part: " + reason;
        }
        return open ? null : "this member is not running";
    }

    /** Why the member failed; null if it did not. */
    @Nullable String failureReason() {
        MemberStore watched = store;
        if (watched != null) {
            var storeFailure = watched.failure();
            if (storeFailure != null) {
                return storeFailure.message();
            }
        }
        return failure.get();
    }

    /** Ends taking part for good; the first reason stays. */
    void fail(String reason) {
        if (failure.compareAndSet(null, reason)) {
            listeners.forEach(listener -> listener.accept(reason));
        }
    }

    void onFailure(Consumer<String> listener) {
        listeners.add(listener);
    }
}
