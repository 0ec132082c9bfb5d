package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.error.LogEntryCorruptedException;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.raftify.storage.LogBounds;
import io.raftify.storage.LoggedConfiguration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * The log. One call that writes is one transaction; the engine gathers everything that waits into one call.
 *
 * <p><b>Bounds.</b> They are kept in memory beside the database, and shrink <em>before</em> a truncation commits, but
 * grow <em>after</em> an append did. So an entry within the bounds that a reader saw is there, unless the bounds were
 * replaced meanwhile; a reader that does not find it looks whether they were, and tries again. Otherwise it is missing,
 * and that is damage.
 *
 * <p><b>Truncating the front.</b> The new first index is committed in one transaction together with a bounded number of
 * deletions; the other entries before it stay for the writes that follow, each of which takes a few more than it adds.
 * A million deletions would hold up every append behind them. A crash in between is harmless: what counts begins at the
 * recorded index, and opening finds where the rest begins. The rest has no gaps, since a truncation that leaves no entry
 * empties the database instead: so it is deleted by counting.
 */
final class LmdbLog implements LogStorage {

    /** Dead entries deleted together with the truncation that made them so: some milliseconds. */
    private static final int SWEPT_AT_ONCE = 4096;

    /** Dead entries deleted with every append, plus two for each entry appended: so they become fewer. */
    private static final int SWEPT_WITH_APPEND = 64;

    private final GuardedEnvironment environment;
    private final Dbi<byte[]> log;
    private final Dbi<byte[]> meta;
    private final ReentrantLock changing = new ReentrantLock();
    private final NavigableSet<Long> configurations;

    private volatile LogBounds bounds;
    private volatile LogEntryEncoder encoder =
            LogEntryV2CodecFactory.getInstance().encoder();
    private volatile LogEntryDecoder decoder =
            LogEntryV2CodecFactory.getInstance().decoder();
    private long sweepFrom;

    LmdbLog(GuardedEnvironment environment, StoredLog stored) {
        this.environment = environment;
        this.log = environment.environment().log();
        this.meta = environment.environment().meta();
        this.bounds = stored.bounds();
        this.sweepFrom = stored.sweepFrom();
        this.configurations = new ConcurrentSkipListSet<>(stored.configurations());
    }

    /** Hands the configurations in the log to the engine. May be called again, for another engine. */
    @Override
    public boolean init(LogStorageOptions options) {
        LogEntryCodecFactory codec = options.getLogEntryCodecFactory();
        if (codec != null) {
            encoder = codec.encoder();
            decoder = codec.decoder();
        }
        ConfigurationManager manager = options.getConfigurationManager();
        changing.lock();
        try {
            for (long index : configurations) {
                LogEntry entry = getEntry(index);
                if (entry == null || !LoggedConfiguration.isCarriedBy(entry)) {
                    throw environment.damaged(new DamagedException("entry " + index + " carries no configuration"));
                }
                manager.add(LoggedConfiguration.of(entry));
            }
            return true;
        } catch (LogEntryCorruptedException e) {
            // The flag is up and says what was found; false is how the engine learns that it must not start.
            return false;
        } finally {
            changing.unlock();
        }
    }

    /** The engine is done with the log; closing the store closes it. */
    @Override
    public void shutdown() {}

    @Override
    public long getFirstLogIndex() {
        return bounds.first();
    }

    @Override
    public long getLastLogIndex() {
        return bounds.last();
    }

    /**
     * The entry; null if the index is not within the log.
     *
     * @throws LogEntryCorruptedException if it cannot be read as it was written; the store has failed then
     */
    @Override
    public @Nullable LogEntry getEntry(long index) {
        while (true) {
            LogBounds seen = bounds;
            if (!seen.contains(index)) {
                return null;
            }
            Optional<LogEntry> entry = environment.read(
                    "reading entry " + index, transaction -> StoredLog.entry(log, transaction, index, decoder));
            if (entry.isPresent()) {
                return entry.get();
            }
            if (seen == bounds) {
                throw environment.damaged(new DamagedException(
                        "entry " + index + " is missing in a log from " + seen.first() + " to " + seen.last()));
            }
        }
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
    public int appendEntries(@Nullable List<LogEntry> entries) {
        if (entries == null || entries.isEmpty()) {
            return 0;
        }
        changing.lock();
        try {
            return append(entries) ? entries.size() : 0;
        } finally {
            changing.unlock();
        }
    }

    private boolean append(List<LogEntry> entries) {
        LogBounds before = bounds;
        String refusal = before.refusalOf(entries);
        if (refusal != null) {
            return environment.refuse(refusal);
        }
        byte[][] values = new byte[entries.size()][];
        long payload = 0;
        for (int i = 0; i < values.length; i++) {
            LogEntry entry = entries.get(i);
            values[i] = EntryFormat.value(
                    before.last() + 1 + i, LoggedConfiguration.isCarriedBy(entry), encoder.encode(entry));
            payload += values[i].length + 2 * Long.BYTES;
        }
        long sweepTo = sweepTo(before.first(), SWEPT_WITH_APPEND + 2 * values.length);
        boolean written = environment.write("appending " + values.length + " entries", payload, transaction -> {
            for (int i = 0; i < values.length; i++) {
                // MDB_APPEND fills pages to the brim, and LMDB refuses it if a key is not behind the last one.
                log.put(transaction, EntryFormat.key(before.last() + 1 + i), values[i], PutFlags.MDB_APPEND);
            }
            sweep(transaction, sweepTo);
        });
        if (!written) {
            return false;
        }
        sweepFrom = sweepTo;
        for (int i = 0; i < values.length; i++) {
            if (EntryFormat.isConfiguration(values[i])) {
                configurations.add(before.last() + 1 + i);
            }
        }
        bounds = before.extendedBy(values.length);
        return true;
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        changing.lock();
        try {
            if (!environment.writable()) {
                return false;
            }
            LogBounds before = bounds;
            if (firstIndexKept <= before.first()) {
                return true;
            }
            if (firstIndexKept > before.last()) {
                return empty("truncating the log before " + firstIndexKept, firstIndexKept);
            }
            bounds = before.from(firstIndexKept);
            configurations.headSet(firstIndexKept, false).clear();
            long sweepTo = sweepTo(firstIndexKept, SWEPT_AT_ONCE);
            boolean written = environment.write("truncating the log before " + firstIndexKept, 0, transaction -> {
                MetaRecord.FIRST_INDEX.put(meta, transaction, out -> out.writeLong(firstIndexKept));
                sweep(transaction, sweepTo);
            });
            if (written) {
                sweepFrom = sweepTo;
            }
            return written;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        changing.lock();
        try {
            if (!environment.writable()) {
                return false;
            }
            LogBounds before = bounds;
            if (lastIndexKept >= before.last()) {
                return true;
            }
            if (lastIndexKept < before.first() - 1) {
                return environment.refuse(
                        "entries after " + lastIndexKept + " were to be dropped, but the log begins at "
                                + before.first() + ": those before it are part of a snapshot and stay");
            }
            bounds = before.upTo(lastIndexKept);
            configurations.tailSet(lastIndexKept, false).clear();
            return environment.write("truncating the log after " + lastIndexKept, 0, transaction -> {
                for (long index = before.last(); index > lastIndexKept; index--) {
                    log.delete(transaction, EntryFormat.key(index));
                }
            });
        } finally {
            changing.unlock();
        }
    }

    /** Empties the log; the next entry will have this index. */
    @Override
    public boolean reset(long nextLogIndex) {
        changing.lock();
        try {
            if (!environment.writable()) {
                return false;
            }
            if (nextLogIndex < 1) {
                return environment.refuse("the log was to be reset to " + nextLogIndex + "; indexes begin at 1");
            }
            return empty("resetting the log to begin at " + nextLogIndex, nextLogIndex);
        } finally {
            changing.unlock();
        }
    }

    private boolean empty(String what, long next) {
        bounds = LogBounds.emptyAt(next);
        configurations.clear();
        boolean written = environment.write(what, 0, transaction -> {
            log.drop(transaction);
            MetaRecord.FIRST_INDEX.put(meta, transaction, out -> out.writeLong(next));
        });
        if (written) {
            sweepFrom = next;
        }
        return written;
    }

    private long sweepTo(long first, int atMost) {
        return Math.min(first, sweepFrom + atMost);
    }

    private void sweep(Txn<byte[]> transaction, long to) {
        for (long index = sweepFrom; index < to; index++) {
            log.delete(transaction, EntryFormat.key(index));
        }
    }
}
