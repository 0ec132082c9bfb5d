package io.raftify.storage.lmdb;

import static org.lmdbjava.ByteArrayProxy.PROXY_BA;
import static org.lmdbjava.DbiFlags.MDB_CREATE;
import static org.lmdbjava.EnvFlags.MDB_NOTLS;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * The LMDB environment: transactions, the size of its map, closing.
 *
 * <p><b>Flags.</b> Every commit is synced, data pages first, then the meta page: never MDB_NOSYNC, and never
 * MDB_NOMETASYNC, which may undo the last commit in a crash after it was acknowledged. Never MDB_WRITEMAP: writing to
 * the map on a full disk kills the JVM instead of failing. MDB_NOTLS ties a read to its transaction instead of to its
 * thread. The byte-array proxy is the one that needs no JVM flags.
 *
 * <p><b>Locks.</b> Moving the map under an open transaction would pull memory from under it, and LMDB does not notice
 * for reads. So every transaction holds {@code mapped} shared, and growing or closing holds it alone. {@code writing}
 * puts writers in line before they take it, so that one that grows the map does not wait for another.
 */
final class LmdbEnvironment implements AutoCloseable {

    /** See above; kept where a test can look, since nothing but a loss of power would show one that is wrong. */
    static final Set<EnvFlags> FLAGS = Set.of(MDB_NOTLS);

    /** Doubling ends here: a gibibyte of address space more each time is enough. */
    private static final long LARGEST_STEP = 1L << 30;

    private static final long SMALLEST_MAP = 1L << 20;

    /** The map grows when more than this part of it would be used. Deleting needs free pages too: never run it full. */
    private static final double FULLEST = 0.7;

    /** Pages that a small transaction may take: copies of the paths to its leaves, and the list of freed pages. */
    private static final int PAGES_OF_ANY_WRITE = 64;

    /** More than the engine has threads that read: replicators, the apply thread, the node's own. */
    private static final int MAX_READERS = 1024;

    private final ReentrantReadWriteLock mapped = new ReentrantReadWriteLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final Env<byte[]> env;
    private final Dbi<byte[]> log;
    private final Dbi<byte[]> meta;
    private final CommitStep commit;
    private final int pageSize;
    private volatile long usedBytes;
    private long mapSize;
    private @Nullable String unusable;
    private @Nullable RuntimeException brokenBy;

    /** Opens the environment and, if it is new, makes the two databases; writes nothing else. */
    LmdbEnvironment(Path directory, long atLeast, CommitStep commit) {
        this.commit = commit;
        this.mapSize = roundUp(Math.max(atLeast, SMALLEST_MAP));
        this.env = Env.create(PROXY_BA)
                .setMapSize(mapSize)
                .setMaxDbs(2)
                .setMaxReaders(MAX_READERS)
                .open(directory.toFile(), FLAGS.toArray(EnvFlags[]::new));
        try {
            this.pageSize = env.stat().pageSize;
            this.mapSize = env.info().mapSize; // LMDB takes more if the file has more
            this.log = database("log");
            this.meta = database("meta");
        } catch (RuntimeException e) {
            env.close();
            throw e;
        }
    }

    private Dbi<byte[]> database(String name) {
        return env.openDbi(name.getBytes(StandardCharsets.US_ASCII), MDB_CREATE);
    }

    Dbi<byte[]> log() {
        return log;
    }

    Dbi<byte[]> meta() {
        return meta;
    }

    /** Something that reads, and may find damage. */
    interface Reading<T> {
        T in(Txn<byte[]> transaction) throws DamagedException;
    }

    /** Reads in one transaction: a consistent state, whatever is written meanwhile. */
    <T> T read(Reading<T> work) throws DamagedException {
        Lock shared = mapped.readLock();
        shared.lock();
        try {
            requireUsable();
            try (Txn<byte[]> transaction = env.txnRead()) {
                return work.in(transaction);
            }
        } finally {
            shared.unlock();
        }
    }

    /**
     * Does the work in one transaction and returns when that is on stable storage. If it throws, the transaction may or
     * may not be there after a restart, nobody may be told that it is, and every later write throws the same: pages that
     * failed to sync count as clean, so a later sync would succeed without them.
     *
     * @param payload about how many bytes it puts
     * @param work may run a second time, in a new transaction; has no other effect than on the transaction
     */
    void write(long payload, Consumer<Txn<byte[]>> work) {
        writing.lock();
        try {
            if (brokenBy != null) {
                throw brokenBy;
            }
            growFor(payload);
            try {
                transact(work);
            } catch (Env.MapFullException tooSmall) {
                // The estimate was too low. LMDB takes pages, and so finds the map full, before it writes or syncs any
                // page that counts; the transaction is gone as if it had never been. So this is no second try at a
                // sync.
                resize(larger(mapSize));
                transact(work);
            }
        } catch (RuntimeException e) {
            brokenBy = e;
            throw e;
        } catch (Error e) {
            brokenBy = new IllegalStateException("An earlier write ended with " + e, e);
            throw e;
        } finally {
            writing.unlock();
        }
    }

    private void transact(Consumer<Txn<byte[]>> work) {
        Lock shared = mapped.readLock();
        shared.lock();
        try {
            requireUsable();
            try (Txn<byte[]> transaction = env.txnWrite()) {
                work.accept(transaction);
                commit.commit(transaction);
            }
        } finally {
            shared.unlock();
        }
    }

    private void growFor(long payload) {
        // Twice the payload: pages may be half empty, and a large value takes whole pages.
        long needed = usedBytes() + 2 * payload + (long) PAGES_OF_ANY_WRITE * pageSize;
        long wanted = mapSize;
        while (needed > wanted * FULLEST) {
            wanted = larger(wanted);
        }
        if (wanted > mapSize) {
            resize(wanted);
        }
    }

    private static long larger(long size) {
        return size + Math.min(size, LARGEST_STEP);
    }

    private void resize(long size) {
        Lock alone = mapped.writeLock();
        alone.lock();
        try {
            requireUsable();
            setMapSize(size);
        } finally {
            alone.unlock();
        }
    }

    private void setMapSize(long size) {
        try {
            env.setMapSize(size);
            mapSize = size;
        } catch (RuntimeException e) {
            // LMDB gave the old map away before it asked for the new one: any further access would be to no memory.
            unusable = "its memory map of " + size + " bytes could not be made; is address space limited (ulimit -v)?";
            throw new IllegalStateException(unusable, e);
        }
    }

    /** Bytes of the file that have ever been used; freed pages among them are used again. Also known after closing. */
    long usedBytes() {
        Lock shared = mapped.readLock();
        shared.lock();
        try {
            if (unusable == null) {
                usedBytes = (env.info().lastPageNumber + 1) * pageSize;
            }
            return usedBytes;
        } finally {
            shared.unlock();
        }
    }

    long mapSize() {
        writing.lock();
        try {
            return mapSize;
        } finally {
            writing.unlock();
        }
    }

    boolean isClosed() {
        return env.isClosed();
    }

    private void requireUsable() {
        if (unusable != null) {
            throw new IllegalStateException("The log's LMDB environment cannot be used: " + unusable);
        }
    }

    private static long roundUp(long size) {
        return (size + SMALLEST_MAP - 1) / SMALLEST_MAP * SMALLEST_MAP;
    }

    /** Waits for the transactions in progress. */
    @Override
    public void close() {
        writing.lock();
        Lock alone = mapped.writeLock();
        alone.lock();
        try {
            if (!env.isClosed()) {
                unusable = "it is closed";
                env.close();
            }
        } finally {
            alone.unlock();
            writing.unlock();
        }
    }
}
