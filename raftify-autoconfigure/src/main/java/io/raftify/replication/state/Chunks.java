package io.raftify.replication.state;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Bytes in memory that grow without being copied, since a state may be large. Not thread-safe. */
final class Chunks extends OutputStream {

    private static final int SMALLEST = 1 << 10;
    private static final int LARGEST = 1 << 20;

    private final List<Chunk> chunks = new ArrayList<>();
    private long size;

    @Override
    public void write(int b) {
        Chunk last = room();
        last.bytes[last.length++] = (byte) b;
        size++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            Chunk last = room();
            int fits = Math.min(left, last.bytes.length - last.length);
            System.arraycopy(source, from, last.bytes, last.length, fits);
            last.length += fits;
            from += fits;
            left -= fits;
        }
        size += length;
    }

    /** Appends what is in another one, which must not be written any more. */
    void append(Chunks other) {
        chunks.addAll(other.chunks);
        size += other.size;
    }

    long size() {
        return size;
    }

    void writeTo(OutputStream out) throws IOException {
        for (Chunk chunk : chunks) {
            out.write(chunk.bytes, 0, chunk.length);
        }
    }

    /** A view of all. */
    InputStream open() {
        return new Part(0, size);
    }

    /** A view of a part. */
    InputStream open(long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new EOFException("There are " + size + " bytes, not " + offset + " and " + length + " more");
        }
        return new Part(offset, length);
    }

    private Chunk room() {
        Chunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        if (last == null || last.length == last.bytes.length) {
            int next = last == null ? SMALLEST : Math.min(LARGEST, Math.max(SMALLEST, last.bytes.length * 2));
            last = new Chunk(next);
            chunks.add(last);
        }
        return last;
    }

    private static final class Chunk {

        final byte[] bytes;
        int length;

        Chunk(int capacity) {
            this.bytes = new byte[capacity];
        }
    }

    private final class Part extends InputStream {

        private int chunk;
        private int position;
        private long left;

        Part(long offset, long length) {
            long skip = offset;
            while (chunk < chunks.size() && skip >= chunks.get(chunk).length) {
                skip -= chunks.get(chunk).length;
                chunk++;
            }
            position = (int) skip;
            left = length;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            while (position == chunks.get(chunk).length) {
                chunk++;
                position = 0;
            }
            Chunk current = chunks.get(chunk);
            int count = (int) Math.min(Math.min(length, left), current.length - position);
            System.arraycopy(current.bytes, position, target, offset, count);
            position += count;
            left -= count;
            return count;
        }
    }
}
