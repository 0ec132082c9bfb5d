package io.raftify.storage;

import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.StorageStatus;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One member's log, term and vote, open from creation until {@link #close()}.
 *
 * <p><b>Durability.</b> When an operation of {@link #log()} or {@link #meta()} returns success, its effect is on stable
 * storage, unless {@link #status()} says otherwise. Operations are atomic: after a crash each is there whole or not at
 * all.
 *
 * <p><b>Failure.</b> The first operation that cannot be made durable, or that meets a damaged entry, puts the store
 * into a failed state for good. {@link #failure()} tells so <em>before</em> that operation returns or throws, so that
 * whoever sees the failure, or an answer that might depend on it, finds the flag up (guard G2). A failed store refuses
 * every write; a failed sync is never tried again, since pages that failed to sync are marked clean.
 */
public interface MemberStore extends AutoCloseable {

    /** The log, as the engine drives it. The same object at every call. */
    LogStorage log();

    /** Term and vote, as the engine drives them. The same object at every call. */
    RaftMetaStorage meta();

    /** Whose disks this member knows. The same object at every call. */
    Incarnations incarnations();

    /** Which entries members gave up, or may be about to. The same object at every call. */
    GiveUpRecords giveUps();

    /** Type, durability, directory, format version and size, for people. Callable in every state. */
    StorageStatus status();

    /** Why the store failed; null while it has not. Any thread. */
    @Nullable StorageFailure failure();

    /**
     * Called once, at the first failure, on the thread that met it, before the failing operation returns. Called at
     * once if the store failed already. Must not block.
     */
    void onFailure(Consumer<StorageFailure> listener);

    /** Releases files, locks and memory; idempotent. Waits for the operation in progress. */
    @Override
    void close();
}
