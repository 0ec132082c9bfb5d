package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.NodeStartException;
import io.raftify.node.StorageStatus;
import io.raftify.storage.FailureFlag;
import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.Incarnations;
import io.raftify.storage.MemberStore;
import io.raftify.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Log, term and vote in one LMDB environment in {@code <data directory>/log}.
 *
 * <p>Every operation that returns success is synced to the disk first. Every value carries a checksum, which is checked
 * when it is read, and for the whole log when it is opened. {@code <data directory>/member.lock} keeps others out.
 */
public final class LmdbMemberStore implements MemberStore {

    /** The version of the layout this class writes, and the only one it reads. 2: peers' disks, and the loss of one's own. */
    static final int FORMAT_VERSION = 2;

    private static final String LOG_DIRECTORY = "log";

    private final Path dataDirectory;
    private final DirectoryLock lock;
    private final LmdbEnvironment environment;
    private final FailureFlag failure;
    private final LmdbLog log;
    private final LmdbMeta meta;
    private final LmdbIncarnations incarnations;
    private final LmdbGiveUps giveUps;

    private LmdbMemberStore(
            Path dataDirectory,
            DirectoryLock lock,
            LmdbEnvironment environment,
            FailureFlag failure,
            StoreContent content) {
        this.dataDirectory = dataDirectory;
        this.lock = lock;
        this.environment = environment;
        this.failure = failure;
        GuardedEnvironment guarded = new GuardedEnvironment(environment, failure, dataDirectory.resolve(LOG_DIRECTORY));
        this.log = new LmdbLog(guarded, content.log());
        this.meta = new LmdbMeta(guarded, content.vote());
        this.incarnations =
                new LmdbIncarnations(guarded, content.identity().incarnation(), content.peers(), content.reentry());
        this.giveUps = new LmdbGiveUps(guarded, content.giveUps());
    }

    /**
     * Opens the store in a directory, which is created if it is not there, and checks the whole log.
     *
     * @param dataDir this member's own directory
     * @param clusterName the cluster; must be the one the directory was first opened for
     * @param nodeId this member; must be the one the directory was first opened for
     * @param initialMapSize bytes of address space the log's map takes at first, rounded up to a mebibyte; it grows by
     *     itself, and takes no disk space that is not used
     * @throws NodeStartException if the directory cannot be written, is in use, belongs to another member, or if what is
     *     in it is damaged or of an unknown format; the message names the directory, what was found and the remedy
     */
    public static LmdbMemberStore open(Path dataDir, String clusterName, String nodeId, long initialMapSize) {
        return open(dataDir, clusterName, nodeId, initialMapSize, CommitStep.SYNCED);
    }

    static LmdbMemberStore open(
            Path givenDir, String clusterName, String nodeId, long initialMapSize, CommitStep commit) {
        Path dataDir = givenDir.toAbsolutePath().normalize(); // so that messages can be acted on
        if (initialMapSize <= 0) {
            throw new IllegalArgumentException("The initial map size must be positive, not " + initialMapSize);
        }
        DirectoryLock lock = DirectoryLock.acquire(dataDir, clusterName, nodeId);
        LmdbEnvironment environment = null;
        LmdbMemberStore store = null;
        try {
            Path directory = dataDir.resolve(LOG_DIRECTORY);
            Directories.create(directory);
            DataFileCheck.check(directory.resolve("data.mdb"));
            environment = openEnvironment(directory, initialMapSize, commit);
            StoreContent content = StoreContent.readOrCreate(environment, dataDir, clusterName, nodeId);
            Directories.sync(directory);
            Directories.sync(dataDir);
            store = new LmdbMemberStore(dataDir, lock, environment, new FailureFlag(), content);
            return store;
        } catch (DamagedException e) {
            throw StartFailures.corrupt(dataDir.resolve(LOG_DIRECTORY), e);
        } catch (IOException e) {
            throw StartFailures.unwritable(dataDir, "it cannot be read and written (" + e + ")", e);
        } catch (NodeStartException e) {
            throw e;
        } catch (RuntimeException e) {
            throw StartFailures.notOpened(dataDir.resolve(LOG_DIRECTORY), e);
        } finally {
            if (store == null) {
                if (environment != null) {
                    environment.close();
                }
                lock.close();
            }
        }
    }

    private static LmdbEnvironment openEnvironment(Path directory, long initialMapSize, CommitStep commit) {
        // LMDB extracts its library through this thread's class loader, which need not be one that sees it.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(LmdbMemberStore.class.getClassLoader());
        try {
            return new LmdbEnvironment(directory, initialMapSize, commit);
        } catch (LinkageError e) {
            throw StartFailures.noNativeLibrary(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** For tests, to damage it. */
    LmdbEnvironment environment() {
        return environment;
    }

    @Override
    public LogStorage log() {
        return log;
    }

    @Override
    public RaftMetaStorage meta() {
        return meta;
    }

    @Override
    public Incarnations incarnations() {
        return incarnations;
    }

    @Override
    public GiveUpRecords giveUps() {
        return giveUps;
    }

    @Override
    public StorageStatus status() {
        return new StorageStatus(
                "lmdb", "synced", dataDirectory.toString(), FORMAT_VERSION, environment.usedBytes(), null);
    }

    @Override
    public @Nullable StorageFailure failure() {
        return failure.get();
    }

    @Override
    public void onFailure(Consumer<StorageFailure> listener) {
        failure.onRaise(listener);
    }

    @Override
    public void close() {
        environment.close();
        lock.close();
    }
}
