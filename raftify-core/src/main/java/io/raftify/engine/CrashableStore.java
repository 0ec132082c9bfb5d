package io.raftify.engine;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.StorageStatus;
import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.GiveUps;
import io.raftify.storage.Incarnations;
import io.raftify.storage.MemberStore;
import io.raftify.storage.Reentry;
import io.raftify.storage.StorageFailure;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that from one moment on writes nothing more, as if the process had ended then: what the engine still has in
 * its queues is lost, and closing does not bring it to the disk.
 */
final class CrashableStore implements MemberStore {

    private static final StorageFailure CRASHED =
            new StorageFailure("This member was killed.", new IOException("the process has ended"));

    private final MemberStore real;
    private final LogStorage log;
    private final RaftMetaStorage meta;
    private final Incarnations incarnations = new Disks();
    private final GiveUpRecords giveUps = new Records();
    private volatile boolean crashed;

    CrashableStore(MemberStore real) {
        this.real = real;
        this.log = new Log(real.log());
        this.meta = new Meta(real.meta());
    }

    /** A write in progress may still succeed; nobody will be told. */
    void crash() {
        crashed = true;
    }

    @Override
    public LogStorage log() {
        return log;
    }

    @Override
    public RaftMetaStorage meta() {
        return meta;
    }

    @Override
    public Incarnations incarnations() {
        return incarnations;
    }

    @Override
    public GiveUpRecords giveUps() {
        return giveUps;
    }

    @Override
    public StorageStatus status() {
        return real.status();
    }

    /** Up as soon as it has crashed, so that no answer leaves a member whose writes are lost (guard G2). */
    @Override
    public @Nullable StorageFailure failure() {
        return crashed ? CRASHED : real.failure();
    }

    @Override
    public void onFailure(Consumer<StorageFailure> listener) {
        real.onFailure(listener);
    }

    @Override
    public void close() {
        real.close();
    }

    private final class Log extends ForwardedLog {

        Log(LogStorage real) {
            super(real);
        }

        @Override
        public boolean appendEntry(LogEntry entry) {
            return !crashed && super.appendEntry(entry);
        }

        @Override
        public int appendEntries(List<LogEntry> entries) {
            return crashed ? 0 : super.appendEntries(entries);
        }

        @Override
        public boolean truncatePrefix(long firstIndexKept) {
            return !crashed && super.truncatePrefix(firstIndexKept);
        }

        @Override
        public boolean truncateSuffix(long lastIndexKept) {
            return !crashed && super.truncateSuffix(lastIndexKept);
        }

        @Override
        public boolean reset(long nextLogIndex) {
            return !crashed && super.reset(nextLogIndex);
        }
    }

    private final class Meta extends ForwardedMeta {

        Meta(RaftMetaStorage real) {
            super(real);
        }

        @Override
        public boolean setTerm(long term) {
            return !crashed && super.setTerm(term);
        }

        @Override
        public boolean setVotedFor(PeerId peer) {
            return !crashed && super.setVotedFor(peer);
        }

        @Override
        public boolean setTermAndVotedFor(long term, PeerId peer) {
            return !crashed && super.setTermAndVotedFor(term, peer);
        }
    }

    private final class Records implements GiveUpRecords {

        @Override
        public GiveUps get() {
            return real.giveUps().get();
        }

        @Override
        public boolean put(GiveUps next) {
            return !crashed && real.giveUps().put(next);
        }
    }

    private final class Disks implements Incarnations {

        @Override
        public @Nullable UUID own() {
            return real.incarnations().own();
        }

        @Override
        public @Nullable UUID met(String peer) {
            return real.incarnations().met(peer);
        }

        @Override
        public boolean meet(String peer, UUID incarnation) {
            return !crashed && real.incarnations().meet(peer, incarnation);
        }

        @Override
        public Reentry reentry() {
            return real.incarnations().reentry();
        }

        @Override
        public boolean enter(Reentry reentry) {
            return !crashed && real.incarnations().enter(reentry);
        }
    }
}
