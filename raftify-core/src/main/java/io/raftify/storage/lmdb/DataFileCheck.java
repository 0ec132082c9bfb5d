package io.raftify.storage.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Walks LMDB's file before LMDB does. LMDB trusts its file: a cut-off copy kills the process with SIGBUS, a flipped bit in
 * a page's header with SIGSEGV or an abort, and one in the list of free pages lets it overwrite pages in use. Here the
 * same damage is a message. What the values hold is not looked at: they carry their own checksums.
 *
 * <p>Follows LMDB 0.9, file format 1 ({@code mdb.c}): two meta pages, transaction N having written page N mod 2; from
 * the newer one hang the tree of free pages and the main tree, whose nodes are the roots of the named databases. A free
 * page may lie beyond the end of the file; a used one may not.
 *
 * <p>Two kinds of damage leave a sound tree in which something is missing. Where a page says how many nodes it has, a
 * flipped bit makes the last ones vanish: so what a tree's record says of its size is counted after. And a flipped bit in
 * the number of the newest transaction makes the one before the newest: but each transaction, save the very first, frees
 * pages, if only those of the roots before, and lists them under its own number; so the list says which one it was. A meta
 * page that holds all of the next transaction but its number is refused therefore, though a power cut within that one
 * sector would leave it too: nothing tells it from damage, and disks write a sector whole or not at all.
 */
final class DataFileCheck {

    private static final int MAGIC = 0xBEEFC0DE;
    private static final int FILE_FORMAT = 1;
    private static final int INTEGER_KEY = 8;
    private static final int TREE_BYTES = 48;
    private static final int META_BYTES = 152;
    private static final long NO_PAGE = -1;

    private final DataFile file;
    private final BitSet taken = new BitSet();
    private long lastPage;

    private DataFileCheck(DataFile file) {
        this.file = file;
    }

    /** Returns if there is no such file, if it is empty, or if its structure is sound. */
    static void check(Path path) throws IOException, DamagedException {
        if (Files.exists(path) && Files.size(path) > 0) {
            try (DataFile file = new DataFile(path)) {
                new DataFileCheck(file).check();
            }
        }
    }

    private void check() throws IOException, DamagedException {
        ByteBuffer first = meta(0);
        long pageSize = DataFile.u32(first, 40);
        DataFile.require(pageSize >= 512 && pageSize <= 65536 && Long.bitCount(pageSize) == 1, 0, "has no page size");
        file.setPageSize((int) pageSize);
        ByteBuffer second = meta(1);
        if (first.getInt(20) != FILE_FORMAT && first.getInt(20) == second.getInt(20)) {
            return; // Another LMDB's file: LMDB itself refuses it, and says so.
        }
        ByteBuffer newest = newest(first, second);
        ByteBuffer older = newest == first ? second : first;
        if (!listsItsOwn(newest) || new DataFileCheck(file).hidesTheNext(older)) {
            throw new DamagedException("a meta page is another transaction's than it says (transactions "
                    + transaction(first) + " and " + transaction(second) + ")");
        }
        walk(newest);
    }

    /** Whether all of the transaction after the newest is there. If only a part is, its commit was cut off and never acknowledged. */
    private boolean hidesTheNext(ByteBuffer older) throws IOException {
        try {
            if (listsItsOwn(older)) {
                return false;
            }
            walk(older);
            return true;
        } catch (DamagedException partOnly) {
            return false;
        }
    }

    private void walk(ByteBuffer meta) throws IOException, DamagedException {
        lastPage = meta.getLong(136);
        DataFile.require(lastPage >= 1 && lastPage < Integer.MAX_VALUE, meta.getLong(0), "names no last page");
        taken.set(0, 2);
        walk(new Tree(meta, 40, Holds.FREE_PAGES));
        walk(new Tree(meta, 88, Holds.TREES));
    }

    /** Whether the pages that are listed as free last were freed by the transaction which a meta page says it is of. */
    private boolean listsItsOwn(ByteBuffer meta) throws IOException, DamagedException {
        if (transaction(meta) <= 1) {
            return true; // The first one makes the trees, and frees nothing.
        }
        Tree free = new Tree(meta, 40, Holds.FREE_PAGES);
        long number = free.root();
        for (int level = 1; level < free.depth(); level++) {
            ByteBuffer branch = file.readTreePage(number, 1);
            DataFile.require(DataFile.flags(branch) == DataFile.BRANCH, number, "is at the wrong depth of its tree");
            number = DataFile.child(branch, DataFile.node(branch, DataFile.nodes(branch) - 1));
        }
        return free.depth() > 0 && lastKey(free, number) == transaction(meta);
    }

    private long lastKey(Tree free, long number) throws IOException, DamagedException {
        ByteBuffer leaf = file.readTreePage(number, 1);
        DataFile.require(DataFile.flags(leaf) == DataFile.LEAF, number, "is at the wrong depth of its tree");
        return number(sizedKey(free, number, DataFile.key(leaf, DataFile.node(leaf, DataFile.nodes(leaf) - 1))));
    }

    private static long transaction(ByteBuffer meta) {
        return meta.getLong(144);
    }

    private ByteBuffer meta(long page) throws IOException, DamagedException {
        ByteBuffer meta = file.read(page, META_BYTES);
        DataFile.require(
                DataFile.flags(meta) == DataFile.META && meta.getLong(0) == page && meta.getInt(16) == MAGIC,
                page,
                "is no meta page of LMDB");
        return meta;
    }

    /** The one LMDB would take; they must be of consecutive transactions, or the newest may be lost. */
    private static ByteBuffer newest(ByteBuffer even, ByteBuffer odd) throws DamagedException {
        long evenTransaction = transaction(even);
        long oddTransaction = transaction(odd);
        boolean unused = evenTransaction == 0 && oddTransaction == 0;
        boolean inTurn =
                evenTransaction % 2 == 0 && oddTransaction % 2 == 1 && Math.abs(evenTransaction - oddTransaction) == 1;
        if (!unused && !inTurn || DataFile.u32(even, 40) != DataFile.u32(odd, 40)) {
            throw new DamagedException("its two meta pages do not fit together (transactions " + evenTransaction
                    + " and " + oddTransaction + ")");
        }
        return oddTransaction > evenTransaction ? odd : even;
    }

    private enum Holds {
        FREE_PAGES,
        TREES,
        VALUES
    }

    /** What a tree is made of; counted, and in its record. */
    private record Size(long branches, long leaves, long overflow, long entries) {

        static final Size NONE = new Size(0, 0, 0, 0);

        static Size of(ByteBuffer page, int at) {
            return new Size(page.getLong(at), page.getLong(at + 8), page.getLong(at + 16), page.getLong(at + 24));
        }

        Size plus(Size other) {
            return new Size(
                    branches + other.branches,
                    leaves + other.leaves,
                    overflow + other.overflow,
                    entries + other.entries);
        }
    }

    /** A tree as it is recorded at some place in a page. */
    private record Tree(long root, int depth, Size size, Holds holds) {

        Tree(ByteBuffer page, int at, Holds holds) throws DamagedException {
            this(page.getLong(at + 40), DataFile.u16(page, at + 6), Size.of(page, at + 8), holds);
            boolean flagsKnown = DataFile.u16(page, at + 4) == (free() ? INTEGER_KEY : 0);
            if (!flagsKnown || (root == NO_PAGE) != (depth == 0)) {
                throw new DamagedException("the record of a tree is not as it was written");
            }
        }

        boolean free() {
            return holds == Holds.FREE_PAGES;
        }

        int compare(byte[] a, byte[] b) {
            return free() ? Long.compareUnsigned(number(a), number(b)) : Arrays.compareUnsigned(a, b);
        }
    }

    private void walk(Tree tree) throws IOException, DamagedException {
        Size found = tree.root() == NO_PAGE ? Size.NONE : walk(tree, tree.root(), 1, null, null);
        if (!found.equals(tree.size())) {
            throw new DamagedException("a tree's record says " + tree.size() + ", but it has " + found);
        }
    }

    /** All keys below a page lie between those that lead to it: from {@code low}, below {@code high}. */
    private Size walk(Tree tree, long number, int level, byte @Nullable [] low, byte @Nullable [] high)
            throws IOException, DamagedException {
        take(number, 1);
        ByteBuffer page = file.readTreePage(number, tree.free() ? 0 : 1);
        boolean branch = DataFile.flags(page) == DataFile.BRANCH;
        DataFile.require(branch == level < tree.depth(), number, "is at the wrong depth of its tree");
        Size size = branch ? new Size(1, 0, 0, 0) : new Size(0, 1, 0, DataFile.nodes(page));
        byte[] before = null;
        for (int i = 0; i < DataFile.nodes(page); i++) {
            int node = DataFile.node(page, i);
            // The first key of a branch stands for everything below the second, and may be empty.
            byte[] key = branch && i == 0 ? low : DataFile.key(page, node);
            checkOrder(tree, number, before, key, low, high);
            if (branch) {
                byte[] next = i + 1 < DataFile.nodes(page)
                        ? sizedKey(tree, number, DataFile.key(page, DataFile.node(page, i + 1)))
                        : high;
                size = size.plus(walk(tree, DataFile.child(page, node), level + 1, key, next));
            } else {
                size = size.plus(new Size(0, 0, checkLeafNode(tree, number, page, node), 0));
            }
            before = key;
        }
        return size;
    }

    private static void checkOrder(
            Tree tree,
            long number,
            byte @Nullable [] before,
            byte @Nullable [] key,
            byte @Nullable [] low,
            byte @Nullable [] high)
            throws DamagedException {
        if (key == null) {
            return;
        }
        sizedKey(tree, number, key);
        boolean inOrder = (before == null || tree.compare(before, key) < 0)
                && (low == null || tree.compare(low, key) <= 0)
                && (high == null || tree.compare(key, high) < 0);
        DataFile.require(inOrder, number, "has keys out of order");
    }

    private static byte[] sizedKey(Tree tree, long number, byte[] key) throws DamagedException {
        DataFile.require(tree.free() ? key.length == Long.BYTES : key.length > 0, number, "has a key of a wrong size");
        return key;
    }

    /** How many pages its value has for itself. */
    private long checkLeafNode(Tree tree, long number, ByteBuffer page, int node) throws IOException, DamagedException {
        long size = DataFile.dataSize(page, node);
        int at = DataFile.dataAt(page, node);
        int content = DataFile.content(page, node);
        if (tree.holds() == Holds.TREES) {
            DataFile.require(content == DataFile.TREE && size == TREE_BYTES, number, "has a misshapen tree");
            walk(new Tree(page, at, Holds.VALUES));
            return 0;
        }
        DataFile.require(content == DataFile.PLAIN || content == DataFile.BIG, number, "has a node of unknown content");
        ByteBuffer data = page;
        long pages = 0;
        if (content == DataFile.BIG) {
            data = overflow(page.getLong(at), size, tree.free());
            pages = DataFile.u32(data, 12);
            at = DataFile.PAGE_HEADER;
        }
        if (tree.free()) {
            takeFree(number, data, at, size);
        }
        return pages;
    }

    /** Checks the pages of a large value; reads it all if it is wanted, or only its header. */
    private ByteBuffer overflow(long number, long size, boolean all) throws IOException, DamagedException {
        ByteBuffer header = file.read(number, DataFile.PAGE_HEADER);
        long pages = DataFile.u32(header, 12);
        DataFile.require(
                DataFile.flags(header) == DataFile.OVERFLOW
                        && header.getLong(0) == number
                        && size + DataFile.PAGE_HEADER <= pages * file.pageSize(),
                number,
                "does not begin a large value");
        take(number, pages);
        file.read(number + pages - 1, DataFile.PAGE_HEADER);
        DataFile.require((number + pages) * file.pageSize() <= file.size(), number, "is cut off");
        return all ? file.read(number, (int) size + DataFile.PAGE_HEADER) : header;
    }

    private void takeFree(long number, ByteBuffer data, int at, long size) throws DamagedException {
        long count = size < Long.BYTES ? -1 : data.getLong(at);
        DataFile.require(count >= 0 && count < size / Long.BYTES, number, "has a misshapen list of free pages");
        long before = Long.MAX_VALUE;
        for (int i = 1; i <= count; i++) {
            long free = data.getLong(at + i * Long.BYTES);
            DataFile.require(free < before, number, "has a list of free pages out of order");
            take(free, 1);
            before = free;
        }
    }

    private void take(long number, long pages) throws DamagedException {
        DataFile.require(
                number >= 2 && pages >= 1 && number + pages - 1 <= lastPage, number, "is none that was ever used");
        int from = (int) number;
        int to = (int) (number + pages);
        int next = taken.nextSetBit(from);
        DataFile.require(next < 0 || next >= to, number, "is used twice");
        taken.set(from, to);
    }

    private static long number(byte[] key) {
        return ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).getLong();
    }
}
