package io.raftify.storage.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** LMDB's file as pages, read without LMDB. Numbers in it are in this machine's byte order. */
final class DataFile implements AutoCloseable {

    /** As LMDB's names: {@code P_BRANCH}, {@code P_LEAF}, {@code P_OVERFLOW}, {@code P_META}. */
    static final int BRANCH = 1;

    static final int LEAF = 2;
    static final int OVERFLOW = 4;
    static final int META = 8;

    static final int PAGE_HEADER = 16;

    /** A node's data lies in the node. */
    static final int PLAIN = 0;

    /** A node's data lies in pages of its own, whose number is in the node. */
    static final int BIG = 1;

    /** A node's data is the record of another tree. */
    static final int TREE = 2;

    private final FileChannel channel;
    private final long size;
    private int pageSize = 512;

    DataFile(Path file) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.size = channel.size();
    }

    long size() {
        return size;
    }

    void setPageSize(int bytes) {
        pageSize = bytes;
    }

    int pageSize() {
        return pageSize;
    }

    /** So many bytes from the begin of a page. */
    ByteBuffer read(long page, int bytes) throws IOException, DamagedException {
        long at = page * pageSize;
        if (at < 0 || at + bytes > size) {
            throw new DamagedException("page " + page + " ends beyond the file's " + size
                    + " bytes: the file was cut off or not copied whole");
        }
        ByteBuffer content = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        while (content.hasRemaining()) {
            if (channel.read(content, at + content.position()) < 0) {
                throw new DamagedException("the file ended while it was read");
            }
        }
        return content.flip();
    }

    /** A page of a tree; its kind, its number and the place of its nodes are checked. */
    ByteBuffer readTreePage(long page, int fewestNodes) throws IOException, DamagedException {
        ByteBuffer content = read(page, pageSize);
        int flags = flags(content);
        require((flags == BRANCH || flags == LEAF) && content.getLong(0) == page, page, "is no page of a tree");
        int lower = u16(content, 12);
        int upper = u16(content, 14);
        require(lower >= PAGE_HEADER && lower % 2 == 0 && lower <= upper && upper <= pageSize, page, "has bad bounds");
        int nodes = nodes(content);
        require(nodes >= (flags == BRANCH ? 2 * fewestNodes : fewestNodes), page, "has too few nodes");
        for (int i = 0; i < nodes; i++) {
            int node = node(content, i);
            require(node >= upper && node % 2 == 0 && node + 8 <= pageSize, page, "has a misplaced node");
            int dataAt = node + 8 + u16(content, node + 6);
            long end =
                    flags == BRANCH ? dataAt : dataAt + (content(content, node) == BIG ? 8L : dataSize(content, node));
            require(end <= pageSize, page, "has a node that is too large");
        }
        return content;
    }

    static void require(boolean sound, long page, String otherwise) throws DamagedException {
        if (!sound) {
            throw new DamagedException("page " + page + " of the file " + otherwise);
        }
    }

    static int flags(ByteBuffer page) {
        return u16(page, 10);
    }

    static int nodes(ByteBuffer page) {
        return (u16(page, 12) - PAGE_HEADER) / 2;
    }

    /** Where a node begins. */
    static int node(ByteBuffer page, int number) {
        return u16(page, PAGE_HEADER + 2 * number);
    }

    static byte[] key(ByteBuffer page, int node) {
        byte[] key = new byte[u16(page, node + 6)];
        page.get(node + 8, key);
        return key;
    }

    /** The page below a node of a branch. */
    static long child(ByteBuffer page, int node) {
        return u32(page, node) | (long) u16(page, node + 4) << 32;
    }

    static long dataSize(ByteBuffer page, int node) {
        return u32(page, node);
    }

    /** What a leaf's node holds: {@link #PLAIN}, {@link #BIG} or {@link #TREE}. */
    static int content(ByteBuffer page, int node) {
        return u16(page, node + 4);
    }

    static int dataAt(ByteBuffer page, int node) {
        return node + 8 + u16(page, node + 6);
    }

    static int u16(ByteBuffer page, int at) {
        return Short.toUnsignedInt(page.getShort(at));
    }

    static long u32(ByteBuffer page, int at) {
        return Integer.toUnsignedLong(page.getInt(at));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
