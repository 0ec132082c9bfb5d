package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether this member's state machine stands still before something that its build of the application does not know.
 *
 * <p>The engine does not notice. To it everything counts as applied, so that its queues stay empty and its memory bounded
 * however long the member is parked; what is really applied is known here. The log keeps everything behind the newest
 * snapshot, since none is written meanwhile, and a build that knows the entry replays it from there.
 *
 * <p>A parked member cannot answer the callers of commands, so it must not lead. It stores and acknowledges entries and
 * gives its vote like any other, but does not ask for votes, with one exception: nobody else may be electable, since it may
 * have acknowledged an entry that those who could lead do not have yet. Then it stands all the same, and leads until one of
 * them has the entry and takes over; it takes no commands itself. See {@link ParkedMember}.
 */
final class Parking {

    /**
     * Where it stands.
     *
     * @param appliedIndex everything up to here is applied
     * @param reason what is not known, and what to deploy
     */
    record Parked(long appliedIndex, String reason) {}

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Parked parked;
    private volatile boolean maySeekVotes;

    /** Called by the thread that applies, before anything after {@code appliedIndex} counts as applied to the engine. */
    void park(long appliedIndex, String reason) {
        Parked before = parked;
        parked = new Parked(appliedIndex, reason);
        if (before == null || !before.reason.equals(reason)) {
            listeners.forEach(listener -> listener.accept(reason));
        }
    }

    /** The state was replaced by a whole one, from a snapshot. */
    void lift() {
        parked = null;
        maySeekVotes = false;
    }

    /** Null while everything can be applied. */
    @Nullable Parked parked() {
        return parked;
    }

    /** What it waits for, as a clause; null while everything can be applied. */
    @Nullable String reason() {
        Parked now = parked;
        return now == null ? null : now.reason;
    }

    /** Why this member cannot serve, as a clause; null if it can. */
    @Nullable String refusal() {
        Parked now = parked;
        return now == null ? null : "this member is parked after index " + now.appliedIndex + ": " + now.reason;
    }

    void onParked(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Whether it may stand for election although it is parked. */
    void seekVotes(boolean allowed) {
        maySeekVotes = allowed;
    }

    /** Why one of the engine's requests from a peer may not be dealt with; null if it may. */
    @Nullable String refusalOfIncoming(Object request) {
        return request instanceof TimeoutNowRequest ? refusal() : null;
    }

    /** Why one of the engine's requests may not be sent to a peer; null if it may. */
    @Nullable String refusalOfOutgoing(Object request) {
        return request instanceof RequestVoteRequest && !maySeekVotes ? refusal() : null;
    }
}
