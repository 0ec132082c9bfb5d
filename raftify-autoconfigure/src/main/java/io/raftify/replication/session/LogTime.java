package io.raftify.replication.session;

import io.raftify.replication.state.LibraryState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The time in the log: the latest at which any entry so far was proposed, by the clocks of the proposers. It never goes
 * back, and is the same on every member at the same index. A clock that is ahead takes it along until the others catch up.
 */
final class LogTime implements LibraryState {

    private long millis;

    /** @return the time of the entry that was proposed then */
    long advance(long proposedAtMillis) {
        millis = Math.max(millis, proposedAtMillis);
        return millis;
    }

    @Override
    public String name() {
        return "time";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(millis);
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        long read = in.readLong();
        return () -> millis = read;
    }
}
