package io.raftify.replication.session;

import io.raftify.replication.encoding.Sha256;
import io.raftify.replication.state.LibraryState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of commands that were called with an {@link io.raftify.annotation.IdempotencyKey}, whoever called them.
 * Forgotten after a day by the log's time, the oldest first when there are too many.
 *
 * <p>Which keys are known follows from the log alone. How many bytes their outcomes have does not, so when there are too many
 * of those, outcomes are {@linkplain DroppedOutcome dropped}, oldest first, and their keys stay known.
 */
final class KeyedOutcomes implements LibraryState {

    static final Duration KEPT = Duration.ofDays(1);
    static final int MOST = 100_000;
    static final long MOST_BYTES = 64L << 20;

    private static final int DIGEST_LENGTH = 32;

    /** Oldest first. */
    private LinkedHashMap<Key, Kept> outcomes = new LinkedHashMap<>();

    /** Those whose outcomes are there, oldest first. */
    private ArrayDeque<Key> whole = new ArrayDeque<>();

    /** Of the outcomes, without what dropped ones have left. */
    private long bytes;

    void expire(long now) {
        Iterator<Map.Entry<Key, Kept>> oldestFirst = outcomes.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<Key, Kept> oldest = oldestFirst.next();
            if (now - oldest.getValue().since <= KEPT.toMillis() && outcomes.size() <= MOST) {
                return;
            }
            bytes -= DroppedOutcome.weight(oldest.getValue().outcome);
            oldestFirst.remove();
            if (oldest.getKey().equals(whole.peek())) {
                whole.remove();
            }
        }
    }

    private void drop() {
        while (bytes > MOST_BYTES) {
            Key oldest = whole.remove();
            outcomes.computeIfPresent(oldest, (key, kept) -> {
                bytes -= DroppedOutcome.weight(kept.outcome);
                return new Kept(kept.version, kept.arguments, DroppedOutcome.of(kept.outcome), kept.since);
            });
        }
    }

    /** @param key what stands for the key */
    @Nullable Kept find(String command, byte[] key) {
        return outcomes.get(new Key(command, ByteBuffer.wrap(key)));
    }

    /** Keeps the outcome of the first call with the key. */
    void keep(String command, byte[] key, int version, byte[] arguments, byte[] outcome, long now) {
        Key name = new Key(command, ByteBuffer.wrap(key));
        Kept kept = new Kept(version, digest(arguments), outcome, now);
        outcomes.put(name, kept);
        whole.add(name);
        bytes += DroppedOutcome.weight(outcome);
        expire(now);
        drop();
    }

    int size() {
        return outcomes.size();
    }

    long bytes() {
        return bytes;
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
        ArrayDeque<Key> readWhole = new ArrayDeque<>();
        long readBytes = 0;
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Key key = new Key(in.readUTF(), ByteBuffer.wrap(LibraryState.readBytes(in)));
            int version = in.readInt();
            byte[] arguments = LibraryState.readBytes(in, DIGEST_LENGTH);
            long since = in.readLong();
            Kept kept = new Kept(version, arguments, LibraryState.readBytes(in), since);
            read.put(key, kept);
            readWhole.add(key);
            readBytes += DroppedOutcome.weight(kept.outcome);
        }
        long total = readBytes;
        return () -> {
            outcomes = read;
            whole = readWhole;
            bytes = total;
        };
    }

    private record Key(String command, ByteBuffer bytes) {}

    /**
     * An outcome.
     *
     * @param version of the command in the first call
     * @param arguments SHA-256 of what stands for the first call's arguments
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
