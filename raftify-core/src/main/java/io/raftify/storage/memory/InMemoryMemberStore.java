package io.raftify.storage.memory;

import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.StorageStatus;
import io.raftify.storage.FailureFlag;
import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.Incarnations;
import io.raftify.storage.MemberStore;
import io.raftify.storage.StorageFailure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Log, term and vote in memory. <b>Everything is lost when the process ends</b>, and a member that forgets its vote can
 * vote twice in one term: for tests only.
 */
public final class InMemoryMemberStore implements MemberStore {

    private static final int FORMAT_VERSION = 1;

    private final FailureFlag failure = new FailureFlag();
    private final InMemoryLog log = new InMemoryLog(failure);
    private final InMemoryMeta meta = new InMemoryMeta(failure);

    private final InMemoryIncarnations incarnations = new InMemoryIncarnations();

    private final InMemoryGiveUps giveUps = new InMemoryGiveUps();

    private InMemoryMemberStore() {}

    /** An empty store: first index 1, term 0, no vote. */
    public static InMemoryMemberStore create() {
        return new InMemoryMemberStore();
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
        return new StorageStatus("memory", "none", null, FORMAT_VERSION, log.sizeBytes(), null);
    }

    @Override
    public @Nullable StorageFailure failure() {
        return failure.get();
    }

    @Override
    public void onFailure(Consumer<StorageFailure> listener) {
        failure.onRaise(listener);
    }

    @Override
    public void close() {
        log.close();
        meta.close();
    }
}
