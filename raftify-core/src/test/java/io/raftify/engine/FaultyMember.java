package io.raftify.engine;

import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.storage.MemberStore;
import io.raftify.transport.FaultyTransport;
import io.raftify.transport.MemberTransport;
import io.raftify.transport.grpc.GrpcMemberTransport;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real member whose network and disk can be made worse, for rigs outside this package. */
public final class FaultyMember {

    private final RaftNode node;
    private final long seed;
    private volatile @Nullable FaultyTransport transport;
    private volatile @Nullable UnreliableStore disk;

    /** @param seed of what the network loses, doubles and reorders */
    public FaultyMember(RaftNodeSettings settings, StateMachine stateMachine, long seed) {
        this.seed = seed;
        MemberParts standard = MemberParts.standard();
        this.node = new JRaftNode(
                settings,
                stateMachine,
                new MemberParts(this::open, this::connect, standard.appends(), standard.participations()));
    }

    private MemberStore open(RaftNodeSettings settings) {
        UnreliableStore opened = new UnreliableStore(MemberStores.open(settings));
        disk = opened;
        return opened;
    }

    private MemberTransport connect(RaftNodeSettings settings) {
        FaultyTransport connected = new FaultyTransport(new GrpcMemberTransport(settings), seed);
        transport = connected;
        return connected;
    }

    /** Whether a kind of call is the engine's own: those must bear to come twice. A forwarded command need not. */
    public static boolean isOfTheEngine(int kind) {
        return kind != MessageKind.PROPOSE.number();
    }

    public RaftNode node() {
        return node;
    }

    /** Once the member was started. */
    public FaultyTransport transport() {
        return Objects.requireNonNull(transport, "not started");
    }

    /** Once the member was started. */
    public UnreliableStore disk() {
        return Objects.requireNonNull(disk, "not started");
    }
}
