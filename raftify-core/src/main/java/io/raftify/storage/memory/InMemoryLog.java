package io.raftify.storage.memory;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.raftify.storage.FailureFlag;
import io.raftify.storage.LogBounds;
import io.raftify.storage.LoggedConfiguration;
import io.raftify.storage.StorageFailure;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The log as encoded entries by index. Encoded, because the engine goes on changing the objects it hands over and gets
 * back (it reuses the id of an entry as its own cursor), and a log must not change with them.
 */
final class InMemoryLog implements LogStorage {

    private final FailureFlag failure;
    private final TreeMap<Long, byte[]> entries = new TreeMap<>();
    private LogEntryCodecFactory codec = LogEntryV2CodecFactory.getInstance();
    private LogBounds bounds = LogBounds.emptyAt(1);
    private long sizeBytes;
    private boolean closed;

    InMemoryLog(FailureFlag failure) {
        this.failure = failure;
    }

    @Override
    public synchronized boolean init(LogStorageOptions options) {
        if (options.getLogEntryCodecFactory() != null) {
            codec = options.getLogEntryCodecFactory();
        }
        ConfigurationManager configurations = options.getConfigurationManager();
        for (byte[] encoded : entries.values()) {
            LogEntry entry = codec.decoder().decode(encoded);
            if (LoggedConfiguration.isCarriedBy(entry)) {
                configurations.add(LoggedConfiguration.of(entry));
            }
        }
        return true;
    }

    /** The engine is done with the log; the store lives until it is closed. */
    @Override
    public void shutdown() {}

    @Override
    public synchronized long getFirstLogIndex() {
        return bounds.first();
    }

    @Override
    public synchronized long getLastLogIndex() {
        return bounds.last();
    }

    @Override
    public synchronized @Nullable LogEntry getEntry(long index) {
        if (closed) {
            throw new IllegalStateException("The in-memory log is closed");
        }
        byte[] encoded = entries.get(index);
        return encoded == null ? null : codec.decoder().decode(encoded);
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public synchronized int appendEntries(@Nullable List<LogEntry> toAppend) {
        if (toAppend == null || toAppend.isEmpty() || !writable()) {
            return 0;
        }
        String refusal = bounds.refusalOf(toAppend);
        if (refusal != null) {
            return refuse(refusal) ? toAppend.size() : 0;
        }
        for (LogEntry entry : toAppend) {
            byte[] encoded = codec.encoder().encode(entry);
            entries.put(entry.getId().getIndex(), encoded);
            sizeBytes += encoded.length;
        }
        bounds = bounds.extendedBy(toAppend.size());
        return toAppend.size();
    }

    @Override
    public synchronized boolean truncatePrefix(long firstIndexKept) {
        if (!writable()) {
            return false;
        }
        if (firstIndexKept > bounds.first()) {
            bounds = bounds.from(firstIndexKept);
            keepWithinBounds();
        }
        return true;
    }

    @Override
    public synchronized boolean truncateSuffix(long lastIndexKept) {
        if (!writable()) {
            return false;
        }
        if (lastIndexKept < bounds.first() - 1) {
            return refuse("entries after " + lastIndexKept + " were to be dropped, but the log begins at "
                    + bounds.first() + ": those before it are part of a snapshot and stay");
        }
        bounds = bounds.upTo(lastIndexKept);
        keepWithinBounds();
        return true;
    }

    @Override
    public synchronized boolean reset(long nextLogIndex) {
        if (!writable()) {
            return false;
        }
        if (nextLogIndex < 1) {
            return refuse("the log was to be reset to begin at " + nextLogIndex + "; indexes begin at 1");
        }
        entries.clear();
        sizeBytes = 0;
        bounds = LogBounds.emptyAt(nextLogIndex);
        return true;
    }

    synchronized long sizeBytes() {
        return sizeBytes;
    }

    synchronized void close() {
        closed = true;
        entries.clear();
        sizeBytes = 0;
    }

    private void keepWithinBounds() {
        drop(entries.headMap(bounds.first(), false));
        drop(entries.tailMap(bounds.last(), false));
    }

    private void drop(Map<Long, byte[]> part) {
        for (byte[] encoded : part.values()) {
            sizeBytes -= encoded.length;
        }
        part.clear();
    }

    private boolean writable() {
        if (closed && !failure.isUp()) {
            refuse("a write reached it after it was closed");
        }
        return !failure.isUp();
    }

    private boolean refuse(String why) {
        String message = "The in-memory log refused a write: " + why;
        failure.raise(new StorageFailure(message, new IllegalStateException(message)));
        return false;
    }
}
