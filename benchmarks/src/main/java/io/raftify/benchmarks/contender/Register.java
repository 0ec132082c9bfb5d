package io.raftify.benchmarks.contender;

import java.nio.ByteBuffer;

/** The state all contenders keep: the last value and how many there were. */
final class Register {

    private long count;
    private byte[] last = new byte[0];

    synchronized byte[] set(byte[] value) {
        last = value;
        count++;
        return ByteBuffer.allocate(Long.BYTES).putLong(count).array();
    }

    synchronized long count() {
        return count;
    }

    synchronized byte[] save() {
        return ByteBuffer.allocate(Long.BYTES + last.length)
                .putLong(count)
                .put(last)
                .array();
    }

    synchronized void restore(byte[] saved) {
        ByteBuffer in = ByteBuffer.wrap(saved);
        count = in.getLong();
        last = new byte[in.remaining()];
        in.get(last);
    }
}
