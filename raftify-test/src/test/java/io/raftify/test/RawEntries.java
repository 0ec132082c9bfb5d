package io.raftify.test;

import io.raftify.node.RaftNode;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.OpenSession;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Entries of the log that come past the beans. */
final class RawEntries {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private RawEntries() {}

    /** Opens a session, as one that was proposed then. */
    static byte[] openSession(RaftClusterNode proposer, Instant then) {
        return LogEntry.newBuilder()
                .setFormatVersion(2)
                .setProposedAtMillis(then.toEpochMilli())
                .setProposer(proposer.id())
                .setOpenSession(OpenSession.getDefaultInstance())
                .build()
                .toByteArray();
    }

    static CompletableFuture<byte[]> proposed(RaftClusterNode at, byte[] entry) {
        return at.bean(RaftNode.class).propose(entry, TIMEOUT);
    }

    static EntryOutcome outcome(RaftClusterNode at, byte[] entry) throws Exception {
        return EntryOutcome.parseFrom(proposed(at, entry).get(30, TimeUnit.SECONDS));
    }
}
