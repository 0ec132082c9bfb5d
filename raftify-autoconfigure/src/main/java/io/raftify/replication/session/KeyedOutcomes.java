package io.raftify.replication.session;

import io.raftify.replication.encoding.Sha256;
import io.raftify.replication.state.LibraryState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of commands that were called with an {@link io.raftify.annotation.IdempotencyKey}, whoever called them.
 * Forgotten after a day by the log's time, the oldest first when there are too many. Decides by the log alone.
 */
final class KeyedOutcomes implements LibraryState {

    static final Duration KEPT = Duration.ofDays(1);
    static final int MOST = 100_000;
    static final long MOST_BYTES = 64L << 20;

    private static final int OVERHEAD = 160;
    private static final int DIGEST_LENGTH = 32;

    /** Oldest first. */
    private LinkedHashMap<Key, Kept> outcomes = new LinkedHashMap<>();

    private long bytes;

    void expire(long now) {
        Iterator<Map.Entry<Key, Kept>> oldestFirst = outcomes.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<Key, Kept> oldest = oldestFirst.next();
            if (now - oldest.getValue().since <= KEPT.toMillis() && outcomes.size() <= MOST && bytes <= MOST_BYTES) {
                return;
            }
            bytes -= size(oldest.getKey(), oldest.getValue());
            oldestFirst.remove();
        }
    }

    @Nullable Kept find(String command, byte[] key) {
        return outcomes.get(new Key(command, ByteBuffer.wrap(key)));
    }

    /** Keeps the outcome of the first call with the key. */
    void keep(String command, byte[] key, int version, byte[] arguments, byte[] outcome, long now) {
        Key name = new Key(command, ByteBuffer.wrap(key));
        Kept kept = new Kept(version, digest(arguments), outcome, now);
        outcomes.put(name, kept);
        bytes += size(name, kept);
        expire(now);
    }

    int size() {
        return outcomes.size();
    }

    private static long size(Key key, Kept kept) {
        return OVERHEAD + key.command.length() + key.bytes.remaining() + kept.outcome.length;
    }

    private static byte[] digest(byte[] arguments) {
        return Sha256.begin().digest(arguments);
    }

    @Override
    public String name() {
        return "keys";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(outcomes.size());
        for (Map.Entry<Key, Kept> each : outcomes.entrySet()) {
            byte[] key = new byte[each.getKey().bytes.remaining()];
            each.getKey().bytes.duplicate().get(key);
            out.writeUTF(each.getKey().command);
            out.writeInt(key.length);
            out.write(key);
            out.writeInt(each.getValue().version);
            out.write(each.getValue().arguments);
            out.writeLong(each.getValue().since);
            out.writeInt(each.getValue().outcome.length);
            out.write(each.getValue().outcome);
        }
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        LinkedHashMap<Key, Kept> read = new LinkedHashMap<>();
        long readBytes = 0;
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Key key = new Key(in.readUTF(), ByteBuffer.wrap(LibraryState.readBytes(in)));
            int version = in.readInt();
            byte[] arguments = LibraryState.readBytes(in, DIGEST_LENGTH);
            long since = in.readLong();
            Kept kept = new Kept(version, arguments, LibraryState.readBytes(in), since);
            read.put(key, kept);
            readBytes += size(key, kept);
        }
        long total = readBytes;
        return () -> {
            outcomes = read;
            bytes = total;
        };
    }

    private record Key(String command, ByteBuffer bytes) {}

    /**
     * An outcome.
     *
     * @param version of the command in the first call
     * @param arguments SHA-256 of the first call's arguments
     * @param since when the first call was applied, by the log's time
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Kept(int version, byte[] arguments, byte[] outcome, long since) {

        /** Arguments of different versions are not compared: the same call looks different in each. */
        boolean sameArguments(int otherVersion, byte[] others) {
            return version != otherVersion || MessageDigest.isEqual(arguments, digest(others));
        }
    }
}
