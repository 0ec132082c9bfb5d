package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.raftify.storage.LogBounds;
import io.raftify.storage.LoggedConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * What a pass over the whole log found when it was opened. Every value is checked, so that damage is met before this
 * member votes or answers, and not by the one read in a year that needs it.
 *
 * @param bounds the entries that count
 * @param sweepFrom where entries before {@code bounds.first()} begin that were truncated and not yet deleted
 * @param configurations the indexes of the entries that carry a configuration. Kept in no index on disk: the pass sees
 *     them all anyway, and a second record of them could only disagree
 */
record StoredLog(LogBounds bounds, long sweepFrom, List<Long> configurations) {

    static StoredLog read(LmdbEnvironment environment, Txn<byte[]> transaction, long first) throws DamagedException {
        if (first < 1) {
            throw new DamagedException("the record of the first index says " + first);
        }
        List<Long> configurations = new ArrayList<>();
        long next = first;
        long sweepFrom = first;
        try (Cursor<byte[]> cursor = environment.log().openCursor(transaction)) {
            if (cursor.first()) {
                sweepFrom = Math.min(first, EntryFormat.index(cursor.key()));
            }
            boolean found = cursor.get(EntryFormat.key(first), GetOp.MDB_SET_RANGE);
            while (found) {
                long index = EntryFormat.index(cursor.key());
                if (index != next) {
                    throw new DamagedException(
                            "after entry " + (next - 1) + " comes entry " + index + "; entry " + next + " is missing");
                }
                byte[] value = cursor.val();
                EntryFormat.verify(index, value);
                if (EntryFormat.isConfiguration(value)) {
                    configurations.add(index);
                }
                next++;
                found = cursor.next();
            }
        }
        return new StoredLog(new LogBounds(first, next - 1), sweepFrom, configurations);
    }

    /** One entry, if it is there. */
    static Optional<LogEntry> entry(Dbi<byte[]> log, Txn<byte[]> transaction, long index, LogEntryDecoder decoder)
            throws DamagedException {
        byte[] value = log.get(transaction, EntryFormat.key(index));
        if (value == null) {
            return Optional.empty();
        }
        EntryFormat.verify(index, value);
        LogEntry entry = decode(index, value, decoder);
        if (entry.getId().getIndex() != index) {
            throw new DamagedException(
                    "entry " + index + " says that it is entry " + entry.getId().getIndex());
        }
        if (LoggedConfiguration.isCarriedBy(entry) && entry.getPeers() == null) {
            throw new DamagedException("entry " + index + " carries a configuration without members");
        }
        return Optional.of(entry);
    }

    private static LogEntry decode(long index, byte[] value, LogEntryDecoder decoder) throws DamagedException {
        LogEntry entry;
        byte[] body = EntryFormat.body(value);
        if (body.length == 0 || body[0] != LogEntryV2CodecFactory.MAGIC_BYTES[0]) {
            // The engine would take it for an entry of its older codec, which makes room for whatever count it reads.
            throw new DamagedException("entry " + index + " does not begin as the engine's codec begins it");
        }
        try {
            entry = decoder.decode(body);
        } catch (RuntimeException e) {
            throw new DamagedException("entry " + index + " cannot be decoded: " + e, e);
        }
        if (entry == null) {
            throw new DamagedException("entry " + index + " cannot be decoded");
        }
        return entry;
    }
}
