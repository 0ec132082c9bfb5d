package io.raftify.replication.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.NullMarked;

/** The envelopes around entries and outcomes, and the one version of them that this build writes. */
@NullMarked
public final class WireFormat {

    public static final int VERSION = 2;

    private WireFormat() {}

    public static LogEntry parseEntry(byte[] bytes) throws InvalidProtocolBufferException {
        LogEntry entry = LogEntry.parseFrom(bytes);
        check("entry", entry.getFormatVersion());
        return entry;
    }

    public static EntryOutcome parseOutcome(byte[] bytes) throws InvalidProtocolBufferException {
        EntryOutcome outcome = EntryOutcome.parseFrom(bytes);
        check("outcome", outcome.getFormatVersion());
        return outcome;
    }

    /** An outcome that this member wrote and kept. */
    public static EntryOutcome parseOwnOutcome(byte[] kept) {
        try {
            return EntryOutcome.parseFrom(kept);
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException("An outcome that this member wrote cannot be read", impossible);
        }
    }

    /** An outcome of the entry at that index, without its content. */
    public static EntryOutcome.Builder outcome(long index) {
        return EntryOutcome.newBuilder().setFormatVersion(VERSION).setIndex(index);
    }

    private static void check(String what, int version) throws InvalidProtocolBufferException {
        if (version != VERSION) {
            throw new InvalidProtocolBufferException("The " + what + " is written in format version " + version
                    + ", this member knows version " + VERSION + " only");
        }
    }
}
