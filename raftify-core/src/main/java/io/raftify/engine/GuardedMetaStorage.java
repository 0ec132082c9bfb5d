package io.raftify.engine;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.util.function.LongConsumer;

/**
 * Reports what the engine would only log (guard G3): a term or vote that could not be stored ends this member's taking
 * part. Sees elections begin, too, since a candidate stores a vote for itself first.
 */
final class GuardedMetaStorage implements RaftMetaStorage {

    private final RaftMetaStorage delegate;
    private final PeerId self;
    private final Participation participation;
    private final LongConsumer electionStarted;
    private volatile long storedTerm;

    GuardedMetaStorage(
            RaftMetaStorage delegate, PeerId self, Participation participation, LongConsumer electionStarted) {
        this.delegate = delegate;
        this.self = self;
        this.participation = participation;
        this.electionStarted = electionStarted;
    }

    /** The term as it is stored, which is the engine's before it acts on it. */
    long storedTerm() {
        return storedTerm;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        boolean ready = delegate.init(options);
        storedTerm = delegate.getTerm();
        return ready;
    }

    @Override
    public void shutdown() {
        delegate.shutdown();
    }

    @Override
    public boolean setTerm(long term) {
        boolean stored = reported(delegate.setTerm(term), "term " + term);
        if (stored) {
            storedTerm = term;
        }
        return stored;
    }

    @Override
    public long getTerm() {
        return delegate.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peerId) {
        return reported(delegate.setVotedFor(peerId), "vote");
    }

    @Override
    public PeerId getVotedFor() {
        return delegate.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peerId) {
        boolean stored = reported(delegate.setTermAndVotedFor(term, peerId), "term " + term + " and vote");
        if (stored) {
            storedTerm = term;
            if (self.equals(peerId)) {
                electionStarted.accept(term);
            }
        }
        return stored;
    }

    private boolean reported(boolean stored, String what) {
        if (!stored) {
            participation.fail("The " + what + " could not be stored.");
        }
        return stored;
    }
}
