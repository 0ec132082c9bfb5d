package io.raftify.engine;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;

/** Passes term and vote on to another storage, for those that store them otherwise. */
abstract class ForwardedMeta implements RaftMetaStorage {

    private final RaftMetaStorage real;

    ForwardedMeta(RaftMetaStorage real) {
        this.real = real;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        return real.init(options);
    }

    @Override
    public void shutdown() {
        real.shutdown();
    }

    @Override
    public boolean setTerm(long term) {
        return real.setTerm(term);
    }

    @Override
    public long getTerm() {
        return real.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return real.setVotedFor(peer);
    }

    @Override
    public PeerId getVotedFor() {
        return real.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peer) {
        return real.setTermAndVotedFor(term, peer);
    }
}
