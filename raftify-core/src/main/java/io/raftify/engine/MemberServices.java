package io.raftify.engine;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import io.raftify.storage.MemberStore;
import io.raftify.transport.MemberTransport;

/**
 * What one member's engine node is made of. Also the way by which the engine's RPC client, which is created without
 * arguments by a factory of the whole JVM, finds the transport of the member it belongs to.
 */
final class MemberServices implements JRaftServiceFactory {

    private final MemberStore store;
    private final RaftMetaStorage meta;
    private final MemberTransport transport;
    private final Participation participation;
    private final Introductions introductions;
    private final LeaderLease lease;
    private final LeaderPromise promise;

    MemberServices(
            MemberStore store,
            RaftMetaStorage meta,
            MemberTransport transport,
            Participation participation,
            Introductions introductions,
            LeaderLease lease,
            LeaderPromise promise) {
        this.store = store;
        this.meta = meta;
        this.transport = transport;
        this.participation = participation;
        this.introductions = introductions;
        this.lease = lease;
        this.promise = promise;
    }

    MemberTransport transport() {
        return transport;
    }

    Participation participation() {
        return participation;
    }

    Introductions introductions() {
        return introductions;
    }

    LeaderLease lease() {
        return lease;
    }

    LeaderPromise promise() {
        return promise;
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions raftOptions) {
        return new GuardedLog(store.log(), participation);
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions raftOptions) {
        return meta;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions nodeOptions) {
        return new ProvenSnapshots(
                nodeOptions.getSnapshotUri(), nodeOptions.getSnapshotTempUri(), nodeOptions.getRaftOptions());
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
        return LogEntryV2CodecFactory.getInstance();
    }
}
