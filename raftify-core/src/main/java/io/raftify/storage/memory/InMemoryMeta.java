package io.raftify.storage.memory;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.storage.FailureFlag;
import io.raftify.storage.StorageFailure;

/** Term and vote in two fields. */
final class InMemoryMeta implements RaftMetaStorage {

    private final FailureFlag failure;
    private long term;
    private PeerId votedFor = PeerId.emptyPeer();
    private boolean closed;

    InMemoryMeta(FailureFlag failure) {
        this.failure = failure;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        return true;
    }

    /** The engine is done with it; the store lives until it is closed. */
    @Override
    public void shutdown() {}

    @Override
    public synchronized boolean setTerm(long newTerm) {
        return setTermAndVotedFor(newTerm, votedFor);
    }

    @Override
    public synchronized long getTerm() {
        return term;
    }

    @Override
    public synchronized boolean setVotedFor(PeerId peer) {
        return setTermAndVotedFor(term, peer);
    }

    @Override
    public synchronized PeerId getVotedFor() {
        return votedFor.copy();
    }

    @Override
    public synchronized boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        if (closed) {
            String message = "The in-memory store is closed: term and vote were not kept";
            failure.raise(new StorageFailure(message, new IllegalStateException(message)));
        }
        if (failure.isUp()) {
            return false;
        }
        term = newTerm;
        votedFor = peer.copy();
        return true;
    }

    synchronized void close() {
        closed = true;
    }
}
