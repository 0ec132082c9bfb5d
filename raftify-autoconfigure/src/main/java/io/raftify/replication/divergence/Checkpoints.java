package io.raftify.replication.divergence;

import com.google.protobuf.ByteString;
import io.raftify.replication.encoding.Sha256;
import io.raftify.replication.state.LibraryState;
import io.raftify.replication.wire.Checkpoint;
import io.raftify.replication.wire.DigestReport;
import io.raftify.replication.wire.FieldDigest;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;

/**
 * When digests of the state are taken, and the newest of them. Every member takes them after the same entries: the first
 * one in each thousand of the log that reaches the beans. Hashing a field that is copied before every command costs little
 * beside that. Fields that are not copied may be large, so they are hashed more rarely: so often that it never costs more
 * than hashing {@value #BYTES_PER_ENTRY} bytes for each entry.
 *
 * <p>Between them the values that commands return are digested as they come, which finds a difference that shows in them at
 * the next checkpoint, even where it has vanished from the state. Another build of the application may write the same value
 * in another form, so what was digested by one is not carried on by another.
 */
final class Checkpoints implements LibraryState {

    static final long INTERVAL = 1_000;
    static final long BYTES_PER_ENTRY = 256;

    /** Under which the digest of the values stands. */
    static final String VALUES = "(values returned by commands)";

    /** Under which one digest of the whole state stands. */
    static final String ALL = "(all fields)";

    private static final int KEPT = 4;
    private static final int DIGEST_LENGTH = 16;

    private final Deque<Checkpoint> newest = new ArrayDeque<>();

    /** Which thousand of the log was looked at. */
    private long stretch;

    /** What is large is looked at in stretches of this many entries. */
    private long largeInterval = INTERVAL;

    private long largeStretch;
    private byte[] values = new byte[DIGEST_LENGTH];

    /** Whether this build of the application wrote all values since the last checkpoint. */
    private boolean valuesAreOurs = true;

    private final Supplier<String> build;

    /** @param build the same for builds whose values have the same form */
    Checkpoints(Supplier<String> build) {
        this.build = build;
    }

    /**
     * Takes note of what a command came to.
     *
     * @param outcome stands for it
     */
    void applied(byte[] outcome) {
        MessageDigest digest = Sha256.begin();
        digest.update(values);
        digest.update(outcome);
        values = Arrays.copyOf(digest.digest(), DIGEST_LENGTH);
    }

    /** Whether digests are to be taken after this entry. */
    boolean due(long index) {
        return index / INTERVAL > stretch;
    }

    /** Whether those of the fields that may be large are among them. */
    boolean dueOfLarge(long index) {
        return index / largeInterval > largeStretch;
    }

    /** @param hashed bytes of the fields that may be large, which decide when theirs are due again */
    void takenOfLarge(long index, long hashed) {
        largeInterval = INTERVAL;
        while (largeInterval * BYTES_PER_ENTRY < hashed) {
            largeInterval *= 2;
        }
        largeStretch = index / largeInterval;
    }

    /**
     * Keeps the digests after an entry.
     *
     * @param fields by bean and field
     */
    Checkpoint taken(long index, Map<String, byte[]> fields) {
        Checkpoint.Builder checkpoint = Checkpoint.newBuilder().setIndex(index);
        fields.forEach((field, digest) ->
                checkpoint.addFields(FieldDigest.newBuilder().setField(field).setDigest(ByteString.copyFrom(digest))));
        if (valuesAreOurs) {
            checkpoint.addFields(FieldDigest.newBuilder().setField(VALUES).setDigest(ByteString.copyFrom(values)));
        }
        values = new byte[DIGEST_LENGTH];
        valuesAreOurs = true;
        Checkpoint made = checkpoint.build();
        newest.add(made);
        if (newest.size() > KEPT) {
            newest.remove();
        }
        stretch = index / INTERVAL;
        return made;
    }

    DigestReport report() {
        return DigestReport.newBuilder().addAllCheckpoints(newest).build();
    }

    /**
     * The same, with one digest of all fields instead of one for each. That of the values stays by itself, since a member
     * that was just upgraded leaves it out.
     */
    static DigestReport withoutFields(DigestReport report) {
        DigestReport.Builder smaller = DigestReport.newBuilder();
        for (Checkpoint checkpoint : report.getCheckpointsList()) {
            MessageDigest all = Sha256.begin();
            Checkpoint.Builder made = smaller.addCheckpointsBuilder().setIndex(checkpoint.getIndex());
            checkpoint.getFieldsList().stream()
                    .filter(field -> field.getField().equals(VALUES))
                    .forEach(made::addFields);
            checkpoint.getFieldsList().stream()
                    .filter(field -> !field.getField().equals(VALUES))
                    .sorted(Comparator.comparing(FieldDigest::getField))
                    .forEach(field -> {
                        all.update(field.getField().getBytes(StandardCharsets.UTF_8));
                        all.update(field.getDigest().asReadOnlyByteBuffer());
                    });
            made.addFields(FieldDigest.newBuilder()
                    .setField(ALL)
                    .setDigest(ByteString.copyFrom(Arrays.copyOf(all.digest(), DIGEST_LENGTH))));
        }
        return smaller.build();
    }

    @Override
    public String name() {
        return "checkpoints";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(stretch);
        out.writeLong(largeInterval);
        out.writeLong(largeStretch);
        out.write(values);
        out.writeUTF(valuesAreOurs ? build.get() : "");
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        long readStretch = in.readLong();
        long readInterval = in.readLong();
        long readLargeStretch = in.readLong();
        byte[] readValues = in.readNBytes(DIGEST_LENGTH);
        String readBuild = in.readUTF();
        if (readInterval < INTERVAL || readValues.length < DIGEST_LENGTH) {
            throw new IOException("The checkpoints are cut short or damaged: interval " + readInterval);
        }
        return () -> {
            stretch = readStretch;
            largeInterval = readInterval;
            largeStretch = readLargeStretch;
            values = readValues;
            valuesAreOurs = readBuild.equals(build.get());
            // Of the state that was replaced; nobody takes the ones of this state again.
            newest.clear();
        };
    }
}
