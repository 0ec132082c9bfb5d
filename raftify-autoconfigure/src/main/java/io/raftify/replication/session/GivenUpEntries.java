package io.raftify.replication.session;

import io.raftify.replication.state.LibraryState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which entries counted as given up when they were applied. The entry that gives one up comes behind it, and by this a member
 * knows whether it did as the others did. Used by the thread that applies.
 */
public final class GivenUpEntries implements LibraryState {

    /**
     * The newest ones. Part of the format, and more than enough: nothing behind an entry is applied before it is decided, so an
     * entry can only be given up once more by one that was proposed then.
     */
    static final int KEPT = 64;

    private TreeSet<Long> indexes = new TreeSet<>();

    /** The entry at this index fails as one that was given up. */
    public void add(long index) {
        indexes.add(index);
        while (indexes.size() > KEPT) {
            indexes.pollFirst();
        }
    }

    /** Whether it did. */
    public boolean contains(long index) {
        return indexes.contains(index);
    }

    @Override
    public String name() {
        return "given-up";
    }

    /** Former builds do not know it; where nothing was ever given up they can read the rest. */
    @Override
    public boolean isWritten() {
        return !indexes.isEmpty();
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(indexes.size());
        for (long index : indexes) {
            out.writeLong(index);
        }
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > KEPT) {
            throw new IOException("There are " + size + " entries that were given up; at most " + KEPT + " are kept");
        }
        TreeSet<Long> read = new TreeSet<>();
        for (int left = size; left > 0; left--) {
            read.add(in.readLong());
        }
        return () -> indexes = read;
    }

    @Override
    public @Nullable Runnable absent() {
        return () -> indexes = new TreeSet<>();
    }
}
