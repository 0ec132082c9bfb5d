package io.raftify.replication.session;

import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;

/**
 * What is left of an outcome when there is no room for all of it: that the command was applied. How long an outcome is does
 * not follow from the log, since members word exceptions, and builds write values, each in its own way. So its length may
 * decide what is answered to a command that comes again, but never whether that is applied.
 */
final class DroppedOutcome {

    /** So long is none of them. */
    private static final int MOST_BYTES = 32;

    private DroppedOutcome() {}

    /** How many bytes there are to drop. */
    static int weight(byte[] outcome) {
        return Math.max(0, outcome.length - MOST_BYTES);
    }

    /** Of a refusal, it is the reason that is left. */
    static byte[] of(byte[] outcome) {
        EntryOutcome whole = WireFormat.parseOwnOutcome(outcome);
        Refusal.Reason reason = whole.hasRefusal() ? whole.getRefusal().getReason() : Refusal.Reason.NOT_KEPT;
        return WireFormat.outcome(whole.getIndex())
                .setRefusal(Refusal.newBuilder().setReason(reason))
                .build()
                .toByteArray();
    }
}
