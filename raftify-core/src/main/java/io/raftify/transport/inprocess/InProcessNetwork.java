package io.raftify.transport.inprocess;

import io.raftify.node.NodeStartException;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.MemberTransport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A network inside this process. Members are found by the addresses in their settings, which need not exist outside; what
 * they send is handed over as bytes, in order, and handled on threads of the receiver's own.
 *
 * <p>Its faults are those of a network, not of connections: on a way that is cut, messages are lost without a word, as
 * behind a pulled cable. Connections that were open stay open, calls end by their timeout, and new connections are not
 * made. When it is healed, connections over ways that were cut are made anew, and calls that are still waiting end as
 * unknown. Messages of a paused member, from it and for it, wait, and go on in their order
 * when it is resumed, also those whose caller has given up meanwhile. At most 64 MB wait on each way; beyond that calls
 * are not sent and answers are lost. What has arrived at a member before a fault is dealt with.
 *
 * <p>Thread-safe. Has no threads of its own, so it need not be closed.
 */
public final class InProcessNetwork {

    private final Map<PeerAddress, InProcessMemberTransport> listening = new HashMap<>();
    private final Map<Way, Wire> wires = new ConcurrentHashMap<>();
    private volatile Faults faults = Faults.NONE;

    /** Makes a member's transport on this network. It takes the member's address when it is started. */
    public MemberTransport transport(RaftNodeSettings settings) {
        return new InProcessMemberTransport(settings, this);
    }

    /** From now on, what the one sends to the other is lost. The other way is not changed. */
    public void cut(String from, String to) {
        change(now -> now.withCut(new Way(from, to)));
    }

    /** Ends every cut. */
    public void heal() {
        Set<Way> cut = faults.cut();
        change(Faults::withoutCuts);
        List<InProcessMemberTransport> members = members();
        for (Way way : cut) {
            for (InProcessMemberTransport member : members) {
                if (member.nodeId().equals(way.from())) {
                    member.reconnect(way.to());
                } else if (member.nodeId().equals(way.to())) {
                    member.reconnect(way.from());
                }
            }
        }
    }

    private synchronized List<InProcessMemberTransport> members() {
        return List.copyOf(listening.values());
    }

    /** From now on, what the member sends and what is sent to it waits. Its threads and clocks go on. */
    public void pause(String member) {
        change(now -> now.withPaused(member));
    }

    /** Lets go what waits for the member and from it, in order. */
    public void resume(String member) {
        change(now -> now.withoutPaused(member));
    }

    /** Whether messages of the one get to the other now: the way is not cut, and neither of them is paused. */
    public boolean reaches(String from, String to) {
        return !faults.stops(new Way(from, to));
    }

    private void change(UnaryOperator<Faults> change) {
        synchronized (this) {
            faults = change.apply(faults);
        }
        wires.values().forEach(Wire::release);
        members().forEach(InProcessMemberTransport::connectAll);
    }

    Wire wire(String from, String to) {
        return wires.computeIfAbsent(new Way(from, to), way -> new Wire(way, () -> faults));
    }

    void listen(InProcessMemberTransport member, PeerAddress address) {
        synchronized (this) {
            InProcessMemberTransport there = listening.putIfAbsent(address, member);
            if (there != null) {
                throw new NodeStartException(
                        NodeStartException.Reason.ADDRESS_UNAVAILABLE,
                        "The address " + address + " is taken by member " + there.nodeId() + " of this process.");
            }
        }
        members().forEach(InProcessMemberTransport::connectAll);
    }

    void leave(InProcessMemberTransport member) {
        synchronized (this) {
            listening.values().remove(member);
        }
        members().forEach(other -> other.lost(member));
    }

    /** The member at the address, if it is the one looked for. */
    synchronized Dialled dial(InProcessMemberTransport caller, String peer, PeerAddress address) {
        InProcessMemberTransport there = listening.get(address);
        if (there == null) {
            return new Dialled(null, "nobody listens at " + address);
        }
        Way way = new Way(caller.nodeId(), there.nodeId());
        if (faults.stops(way) || faults.stops(way.back())) {
            return new Dialled(null, "no answer from " + address);
        }
        String refusal = there.refusalOf(caller, peer);
        return refusal == null ? new Dialled(there, null) : new Dialled(null, refusal);
    }

    /** One of the two is null. */
    record Dialled(
            @Nullable InProcessMemberTransport member,
            @Nullable String failure) {}
}
