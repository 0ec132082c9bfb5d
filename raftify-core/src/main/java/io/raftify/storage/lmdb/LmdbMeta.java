package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import org.jspecify.annotations.Nullable;

/** Term and vote. What the getters return is always what is on stable storage. */
final class LmdbMeta implements RaftMetaStorage {

    private final GuardedEnvironment environment;
    private final Object changing = new Object();
    private volatile Vote vote;

    LmdbMeta(GuardedEnvironment environment, Vote stored) {
        this.environment = environment;
        this.vote = stored;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        return environment.writable();
    }

    /** The engine is done with it; everything is on disk already, and closing the store closes it. */
    @Override
    public void shutdown() {}

    @Override
    public boolean setTerm(long term) {
        return set(term, null);
    }

    @Override
    public long getTerm() {
        return vote.term();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return set(null, peer);
    }

    @Override
    public PeerId getVotedFor() {
        return vote.peer();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peer) {
        return set(term, peer);
    }

    private boolean set(@Nullable Long term, @Nullable PeerId peer) {
        synchronized (changing) {
            Vote next = new Vote(
                    term == null ? vote.term() : term,
                    peer == null ? vote.votedFor() : Vote.of(0, peer).votedFor());
            boolean written = environment.put("writing term " + next.term() + " and vote", MetaRecord.VOTE, next::to);
            if (written) {
                vote = next;
            }
            return written;
        }
    }
}
