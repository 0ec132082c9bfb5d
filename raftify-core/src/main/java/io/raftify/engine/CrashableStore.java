package io.raftify.engine;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.StorageStatus;
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
    private final LogStorage log = new Log();
    private final RaftMetaStorage meta = new Meta();
    private final Incarnations incarnations = new Disks();
    private volatile boolean crashed;

    CrashableStore(MemberStore real) {
        this.real = real;
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

    private final class Log implements LogStorage {

        @Override
        public boolean init(LogStorageOptions options) {
            return real.log().init(options);
        }

        @Override
        public void shutdown() {
            real.log().shutdown();
        }

        @Override
        public long getFirstLogIndex() {
            return real.log().getFirstLogIndex();
        }

        @Override
        public long getLastLogIndex() {
            return real.log().getLastLogIndex();
        }

        @Override
        public @Nullable LogEntry getEntry(long index) {
            return real.log().getEntry(index);
        }

        @Override
        @Deprecated
        public long getTerm(long index) {
            return real.log().getTerm(index);
        }

        @Override
        public boolean appendEntry(LogEntry entry) {
            return !crashed && real.log().appendEntry(entry);
        }

        @Override
        public int appendEntries(List<LogEntry> entries) {
            return crashed ? 0 : real.log().appendEntries(entries);
        }

        @Override
        public boolean truncatePrefix(long firstIndexKept) {
            return !crashed && real.log().truncatePrefix(firstIndexKept);
        }

        @Override
        public boolean truncateSuffix(long lastIndexKept) {
            return !crashed && real.log().truncateSuffix(lastIndexKept);
        }

        @Override
        public boolean reset(long nextLogIndex) {
            return !crashed && real.log().reset(nextLogIndex);
        }
    }

    private final class Meta implements RaftMetaStorage {

        @Override
        public boolean init(RaftMetaStorageOptions options) {
            return real.meta().init(options);
        }

        @Override
        public void shutdown() {
            real.meta().shutdown();
        }

        @Override
        public boolean setTerm(long term) {
            return !crashed && real.meta().setTerm(term);
        }

        @Override
        public long getTerm() {
            return real.meta().getTerm();
        }

        @Override
        public boolean setVotedFor(PeerId peer) {
            return !crashed && real.meta().setVotedFor(peer);
        }

        @Override
        public PeerId getVotedFor() {
            return real.meta().getVotedFor();
        }

        @Override
        public boolean setTermAndVotedFor(long term, PeerId peer) {
            return !crashed && real.meta().setTermAndVotedFor(term, peer);
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
