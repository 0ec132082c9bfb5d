package io.raftify.replication.encoding;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * A hash of many elements that does not depend on their order: the sum, modulo 2<sup>128</sup>, of the first 128 bits of
 * each element's SHA-256, and how many there are. To be written an element's bytes, then told that it ends.
 */
public final class ElementHashes extends OutputStream {

    private final MessageDigest element = Sha256.begin();
    private long bytes;
    private long count;
    private long high;
    private long low;

    @Override
    public void write(int b) {
        element.update((byte) b);
        bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        element.update(source, offset, length);
        bytes += length;
    }

    public void endElement() {
        ByteBuffer hash = ByteBuffer.wrap(element.digest());
        long moreHigh = hash.getLong();
        long moreLow = hash.getLong();
        low += moreLow;
        high += moreHigh + (Long.compareUnsigned(low, moreLow) < 0 ? 1 : 0);
        count++;
    }

    /** How many bytes were written. */
    public long bytes() {
        return bytes;
    }

    /** Of the elements that have ended. */
    public byte[] sum() {
        return ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(count)
                .putLong(high)
                .putLong(low)
                .array();
    }
}
