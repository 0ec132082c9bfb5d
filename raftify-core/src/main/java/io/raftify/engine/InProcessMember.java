package io.raftify.engine;

import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.storage.MemberStore;
import io.raftify.transport.MemberTransport;
import io.raftify.transport.inprocess.InProcessNetwork;
import org.jspecify.annotations.Nullable;

/**
 * A member on a network in this process that can be made to crash: the door for test kits. Engine and log are those of
 * every member; only its calls do not go through gRPC.
 */
public final class InProcessMember {

    private final RaftNode node;
    private volatile @Nullable CrashableStore store;
    private volatile @Nullable MemberTransport transport;

    /** @param settings whose addresses are those of the network; security and bind address mean nothing on it */
    public InProcessMember(RaftNodeSettings settings, StateMachine stateMachine, InProcessNetwork network) {
        MemberParts standard = MemberParts.standard();
        this.node = new JRaftNode(
                settings,
                stateMachine,
                new MemberParts(
                        this::open,
                        given -> connect(network.transport(given)),
                        standard.appends(),
                        standard.participations()));
    }

    private MemberStore open(RaftNodeSettings settings) {
        CrashableStore opened = new CrashableStore(MemberStores.open(settings));
        store = opened;
        return opened;
    }

    private MemberTransport connect(MemberTransport connected) {
        transport = connected;
        return connected;
    }

    /** The member itself, not started yet. */
    public RaftNode node() {
        return node;
    }

    /**
     * Ends the member as nearly as one process can as {@code kill -9} ends its own: from now on nothing of it leaves, no
     * leadership is handed over, and nothing more is written, whatever waited to be. Then threads, memory and locks are
     * freed, since they are this process's. What differs: a write in progress is not torn, and what was written but not
     * synced is not lost, which only a loss of power would do.
     */
    public void crash() {
        // First the network, so that a leader cannot ask another to take over, as it does in closing.
        MemberTransport network = transport;
        if (network != null) {
            network.close();
        }
        CrashableStore disk = store;
        if (disk != null) {
            disk.crash();
        }
        node.close();
    }
}
