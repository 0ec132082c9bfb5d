package io.raftify.replication.session;

import io.raftify.replication.wire.CommandId;
import java.util.TreeSet;

/**
 * A session from the side of its proposer, which counts the commands in it. Once the outcome of one of them is unknown, the
 * session is retired: its outcomes are kept until they expire, and new commands get a session whose outcomes can be
 * forgotten when they were answered. Thread-safe.
 */
public final class ClientSession {

    private final long name;

    /** Of these the outcome is not here yet, or unknown. */
    private final TreeSet<Long> unanswered = new TreeSet<>();

    private long last;
    private boolean retired;

    ClientSession(long name) {
        this.name = name;
    }

    /** A new command, and the sequence below which everything was answered. */
    public synchronized Begun begin() {
        // Together: a sequence that others do not see yet must not fall below what they call answered.
        long sequence = ++last;
        unanswered.add(sequence);
        return new Begun(
                CommandId.newBuilder().setSession(name).setSequence(sequence).build(), unanswered.first());
    }

    public synchronized void answered(CommandId id) {
        unanswered.remove(id.getSequence());
    }

    /** Nothing new begins in it. */
    public synchronized void retire() {
        retired = true;
    }

    synchronized boolean isRetired() {
        return retired;
    }

    /**
     * A command that begins.
     *
     * @param answeredBelow every smaller sequence was answered
     */
    public record Begun(CommandId id, long answeredBelow) {}
}
