package io.raftify.transport.grpc;

import io.grpc.Status;
import io.raftify.node.PeerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets one process alone act as a peer. Two of them, as when a data directory was copied and started beside the original,
 * would each keep half of the peer's promises: together they could vote twice in a term (paper, section 5.2). Which is the
 * peer is decided by the address that all members have for it: if a process answers there, the peer is that one.
 *
 * <p>Two that take turns at one address are not told apart, and neither is a copy as long as nobody answers there. Confined
 * to the link's loop.
 */
final class SoleProcess {

    private final String peer;
    private final PeerAddress address;

    /** Wait for what the peer's address answers. */
    private final List<Caller> waiting = new ArrayList<>();

    /** Calls now, welcome when it came. */
    private @Nullable Caller admitted;

    /** Has answered at the peer's address; known as long as the stream to it is open. */
    private @Nullable Long answering;

    /** Called although that one had answered. */
    private @Nullable Long refused;

    private record Caller(long incarnation, Consumer<@Nullable Status> decision) {}

    SoleProcess(String peer, PeerAddress address) {
        this.peer = peer;
        this.address = address;
    }

    /**
     * A process calls.
     *
     * @return whether another one is known to have answered, so that the peer's address has to be called once more: the caller
     *     waits for that
     */
    boolean isInDoubt(long incarnation, Consumer<@Nullable Status> decision) {
        Caller caller = new Caller(incarnation, decision);
        if (answering == null ? waiting.isEmpty() : answering == incarnation) {
            admit(caller);
            return false;
        }
        if (refused != null && refused == incarnation) {
            decision.accept(second());
            return false;
        }
        waiting.add(caller);
        return answering != null;
    }

    private void admit(Caller caller) {
        admitted = caller;
        caller.decision.accept(null);
    }

    /** This process has answered at the peer's address. */
    void answers(long incarnation) {
        answering = incarnation;
        if (admitted != null && admitted.incarnation != incarnation) {
            refuse(admitted);
            admitted = null;
        }
        for (Caller each : List.copyOf(waiting)) {
            if (each.incarnation == incarnation) {
                admit(each);
            } else {
                refuse(each);
            }
        }
        waiting.clear();
    }

    private void refuse(Caller caller) {
        refused = caller.incarnation;
        caller.decision.accept(second());
    }

    /** The stream to the one that answered has ended; whether it still does is not known. */
    void gone() {
        answering = null;
        refused = null;
    }

    /** Nobody answers at the peer's address: who calls may be the peer. */
    void doesNotAnswer() {
        List.copyOf(waiting).forEach(this::admit);
        waiting.clear();
    }

    private Status second() {
        return Status.FAILED_PRECONDITION.withDescription("two processes act as " + peer + ": one answers at " + address
                + ", and this is another one. Stop it: a copy of a member's data directory must not be started beside the"
                + " original, and a further member needs a node id and an empty directory of its own");
    }
}
