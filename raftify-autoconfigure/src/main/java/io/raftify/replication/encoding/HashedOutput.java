package io.raftify.replication.encoding;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/** Hashes what is written to it. */
public final class HashedOutput extends OutputStream {

    private static final int HASH_BYTES = 16;

    private final MessageDigest digest = Sha256.begin();

    private long count;

    @Override
    public void write(int b) {
        digest.update((byte) b);
        count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
        count += length;
    }

    /** The {@link #hash} of these bytes. */
    public static byte[] hashOf(byte[] bytes) {
        HashedOutput out = new HashedOutput();
        out.write(bytes, 0, bytes.length);
        return out.hash();
    }

    /** How many bytes were written. */
    public long count() {
        return count;
    }

    /** The SHA-256 of all that was written. Ends it. */
    public byte[] wholeHash() {
        return digest.digest();
    }

    /** The first 128 bits of the SHA-256 of all that was written. Ends it. */
    public byte[] hash() {
        return Arrays.copyOf(digest.digest(), HASH_BYTES);
    }
}
