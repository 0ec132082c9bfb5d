package io.raftify.replication.session;

import io.raftify.replication.state.LibraryState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The time in the log: the latest at which any entry so far was proposed, by the clocks of the proposers. It never goes
 * back, and is the same on every member at the same index. A clock that is ahead takes it along until the others catch up.
 *
 * <p>What may be forgotten goes by {@link #agreed()} instead, or the one clock would end every term of keeping at once.
 */
final class LogTime implements LibraryState {

    /** Whose entry has the latest time. */
    private Seen latest = Seen.NEVER;

    /** The same of all other proposers. */
    private Seen latestOfOthers = Seen.NEVER;

    private record Seen(String proposer, long millis) {

        private static final Seen NEVER = new Seen("", 0);
    }

    /** @return the time of the entry that was proposed then */
    long advance(String proposer, long proposedAtMillis) {
        Seen now = new Seen(proposer, proposedAtMillis);
        if (now.millis > latest.millis) {
            if (!proposer.equals(latest.proposer)) {
                latestOfOthers = latest;
            }
            latest = now;
        } else if (now.millis > latestOfOthers.millis && !proposer.equals(latest.proposer)) {
            latestOfOthers = now;
        }
        return latest.millis;
    }

    /** The latest time that the clocks of two proposers have reached; 0 as long as there was only one of them. */
    long agreed() {
        return latestOfOthers.millis;
    }

    @Override
    public String name() {
        return "time";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        write(latest, out);
        write(latestOfOthers, out);
    }

    private static void write(Seen seen, DataOutputStream out) throws IOException {
        out.writeUTF(seen.proposer);
        out.writeLong(seen.millis);
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        Seen read = new Seen(in.readUTF(), in.readLong());
        Seen readOfOthers = new Seen(in.readUTF(), in.readLong());
        return () -> {
            latest = read;
            latestOfOthers = readOfOthers;
        };
    }
}
