package io.raftify.engine;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log that passes everything on to another, for those that do one thing otherwise. */
abstract class ForwardedLog implements LogStorage {

    private final LogStorage real;

    ForwardedLog(LogStorage real) {
        this.real = real;
    }

    @Override
    public boolean init(LogStorageOptions options) {
        return real.init(options);
    }

    @Override
    public void shutdown() {
        real.shutdown();
    }

    @Override
    public long getFirstLogIndex() {
        return real.getFirstLogIndex();
    }

    @Override
    public long getLastLogIndex() {
        return real.getLastLogIndex();
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        return real.getEntry(index);
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        return real.getTerm(index);
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return real.appendEntry(entry);
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        return real.appendEntries(entries);
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return real.truncatePrefix(firstIndexKept);
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return real.truncateSuffix(lastIndexKept);
    }

    @Override
    public boolean reset(long nextLogIndex) {
        return real.reset(nextLogIndex);
    }
}
