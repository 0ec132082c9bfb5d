package io.raftify.transport.inprocess;

import com.google.protobuf.ByteString;
import io.raftify.node.PeerAddress;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport.PeerConnection;
import io.raftify.transport.OutgoingCall;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member's side towards one peer. Calls come in from any thread; everything else runs on the member's own. */
final class Link {

    private static final Logger log = LoggerFactory.getLogger(InProcessMemberTransport.class);

    /** Calls that the peer has and has not answered yet; beyond it calls wait here, as they do behind a full socket. */
    private static final int MAX_UNANSWERED = 4096;

    private static final long MAX_UNANSWERED_BYTES = 64L << 20;

    private final InProcessMemberTransport owner;
    private final InProcessNetwork network;
    private final String peer;
    private final PeerAddress address;
    private final long maxWaitingBytes;

    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile PeerConnection connection;

    private final ArrayDeque<OutgoingCall> waiting = new ArrayDeque<>();
    private final Map<Long, OutgoingCall> unanswered = new HashMap<>();
    private long unansweredBytes;
    private long lastId;
    private @Nullable Connection open;
    private boolean closed;

    Link(InProcessMemberTransport owner, InProcessNetwork network, String peer, PeerAddress address, int maxFrameSize) {
        this.owner = owner;
        this.network = network;
        this.peer = peer;
        this.address = address;
        this.maxWaitingBytes = Math.max(16L << 20, 2L * maxFrameSize);
        this.connection = new PeerConnection(address.toString(), false, "not tried yet");
    }

    PeerConnection connection() {
        return connection;
    }

    /** From any thread. */
    void call(OutgoingCall call) {
        long before = waitingBytes.getAndAdd(call.cost());
        if (before + call.cost() > maxWaitingBytes) {
            waitingBytes.addAndGet(-call.cost());
            owner.fail(
                    call,
                    "too much is waiting to be sent to " + peer + " already: " + before + " of " + maxWaitingBytes
                            + " bytes");
            return;
        }
        if (!owner.run(() -> take(call))) {
            release(call);
            owner.fail(call, owner.nodeId() + " is stopped");
        }
    }

    private void take(OutgoingCall call) {
        if (open == null) {
            release(call);
            call.failed(
                    CallFailure.Kind.NOT_SENT,
                    closed ? owner.nodeId() + " is stopped" : peer + " is not connected: " + connection.lastError());
            return;
        }
        long remaining = call.remainingNanos();
        if (remaining <= 0) {
            release(call);
            call.failed(CallFailure.Kind.NOT_SENT, "the time for a call to " + peer + " was over before it was sent");
            return;
        }
        if (call.payload().size() > open.peer().maxFrameSize()) {
            release(call);
            call.failed(
                    CallFailure.Kind.NOT_SENT,
                    "the message of " + call.payload().size() + " bytes is larger than " + peer + " takes, "
                            + open.peer().maxFrameSize()
                            + " bytes; raftify.transport.max-frame-size should be the same everywhere");
            return;
        }
        if (waiting.isEmpty() && hasRoom()) {
            send(open, call, remaining);
        } else {
            waiting.add(call);
            call.timeout(owner.later(() -> notSentInTime(call), remaining));
        }
    }

    private boolean hasRoom() {
        return unanswered.size() < MAX_UNANSWERED && unansweredBytes < MAX_UNANSWERED_BYTES;
    }

    private void release(OutgoingCall call) {
        waitingBytes.addAndGet(-call.cost());
    }

    private void notSentInTime(OutgoingCall call) {
        if (waiting.remove(call)) {
            release(call);
            call.failed(
                    CallFailure.Kind.NOT_SENT,
                    peer + " did not take the calls before this one in time, so it was not sent");
        }
    }

    private void send(Connection over, OutgoingCall call, long remaining) {
        release(call);
        long id = ++lastId;
        int kind = call.kind();
        ByteString payload = call.payload();
        InboundCall inbound = new InboundCall(over, this, id);
        boolean sent = network.wire(owner.nodeId(), peer).carry(over.peer(), call.cost(), () -> {
            if (over.isOpen()) {
                over.peer().deliver(owner.nodeId(), kind, payload, inbound);
            }
        });
        if (!sent) {
            call.failed(CallFailure.Kind.NOT_SENT, "too much is held back on the way to " + peer + " already");
            return;
        }
        unanswered.put(id, call);
        unansweredBytes += call.cost();
        call.timeout(owner.later(() -> notAnsweredInTime(id), remaining));
    }

    private void notAnsweredInTime(long id) {
        OutgoingCall call = unanswered.remove(id);
        if (call != null) {
            unansweredBytes -= call.cost();
            call.failed(CallFailure.Kind.TIMED_OUT, peer + " did not answer in time");
            sendWaiting();
        }
    }

    private void sendWaiting() {
        while (open != null && !waiting.isEmpty() && hasRoom()) {
            OutgoingCall call = waiting.remove();
            send(open, call, Math.max(1, call.remainingNanos()));
        }
    }

    /** One of the two is null. */
    void answered(Connection over, long id, @Nullable ByteString payload, @Nullable String refusal) {
        OutgoingCall call = over == open ? unanswered.remove(id) : null;
        if (call == null) {
            return; // it has ended, and was told so
        }
        unansweredBytes -= call.cost();
        if (payload != null) {
            call.answered(payload);
        } else {
            call.failed(CallFailure.Kind.REFUSED, peer + " refused the call: " + refusal);
        }
        sendWaiting();
    }

    /** The peer's answers find their way back by this. */
    InProcessMemberTransport owner() {
        return owner;
    }

    void connect() {
        if (closed || open != null) {
            return;
        }
        InProcessNetwork.Dialled dialled = network.dial(owner, peer, address);
        InProcessMemberTransport member = dialled.member();
        if (member == null) {
            connection = new PeerConnection(address.toString(), false, dialled.failure());
            return;
        }
        open = new Connection(member);
        connection = new PeerConnection(address.toString(), true, null);
        log.debug("{} is connected to {} at {}", owner.nodeId(), peer, address);
        owner.connectedTo(peer);
    }

    void reconnect() {
        if (open != null) {
            end(open, "the network was cut");
        }
        connect();
    }

    /** A member has left the network. */
    void lost(InProcessMemberTransport member) {
        if (open != null && open.peer() == member) {
            end(open, peer + " is stopped");
            connect();
        }
    }

    void close() {
        closed = true;
        if (open != null) {
            end(open, owner.nodeId() + " is stopped");
        }
        connection = new PeerConnection(address.toString(), false, owner.nodeId() + " is stopped");
    }

    private void end(Connection ended, String why) {
        ended.close();
        open = null;
        connection = new PeerConnection(address.toString(), false, why);
        for (OutgoingCall call : unanswered.values()) {
            call.failed(CallFailure.Kind.UNKNOWN, "the connection to " + peer + " broke: " + why);
        }
        unanswered.clear();
        unansweredBytes = 0;
        for (OutgoingCall call : waiting) {
            release(call);
            call.failed(CallFailure.Kind.NOT_SENT, "the connection to " + peer + " broke: " + why);
        }
        waiting.clear();
    }
}
