package io.raftify.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;

/** The envelopes around entries and outcomes, and the one version of them that this build writes. */
final class WireFormat {

    static final int VERSION = 2;

    private WireFormat() {}

    static LogEntry parseEntry(byte[] bytes) throws InvalidProtocolBufferException {
        LogEntry entry = LogEntry.parseFrom(bytes);
        check("entry", entry.getFormatVersion());
        return entry;
    }

    static EntryOutcome parseOutcome(byte[] bytes) throws InvalidProtocolBufferException {
        EntryOutcome outcome = EntryOutcome.parseFrom(bytes);
        check("outcome", outcome.getFormatVersion());
        return outcome;
    }

    private static void check(String what, int version) throws InvalidProtocolBufferException {
        if (version != VERSION) {
            throw new InvalidProtocolBufferException("The " + what + " is written in format version " + version
                    + ", this member knows version " + VERSION + " only");
        }
    }
}
