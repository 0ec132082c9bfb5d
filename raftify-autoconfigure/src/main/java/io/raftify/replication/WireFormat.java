package io.raftify.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;

/** The envelopes around calls and outcomes, and the one version of them there is. */
final class WireFormat {

    static final int VERSION = 1;

    private WireFormat() {}

    static CommandEnvelope parseCommand(byte[] bytes) throws InvalidProtocolBufferException {
        CommandEnvelope envelope = CommandEnvelope.parseFrom(bytes);
        check("command", envelope.getFormatVersion());
        return envelope;
    }

    static CommandOutcome parseOutcome(byte[] bytes) throws InvalidProtocolBufferException {
        CommandOutcome outcome = CommandOutcome.parseFrom(bytes);
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
