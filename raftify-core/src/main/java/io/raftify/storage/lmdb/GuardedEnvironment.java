package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.error.LogEntryCorruptedException;
import io.raftify.storage.FailureFlag;
import io.raftify.storage.StorageFailure;
import java.io.File;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/** The environment, with the rule that a failure is known before an operation returns with it (guards G2 and G3). */
final class GuardedEnvironment {

    private static final int EIO = 5;
    private static final int ENOSPC = 28;
    private static final Set<Integer> DISK_FULL = Set.of(ENOSPC, 122 /* EDQUOT */);
    private static final long NEARLY_NOTHING = 1L << 20;

    private final LmdbEnvironment environment;
    private final FailureFlag failure;
    private final Path directory;

    GuardedEnvironment(LmdbEnvironment environment, FailureFlag failure, Path directory) {
        this.environment = environment;
        this.failure = failure;
        this.directory = directory;
    }

    /**
     * Writes in one synced transaction. True once it is on stable storage; false if it may not be, and then the flag is
     * up already. Refuses without trying when the flag is up.
     *
     * @param what the operation, to continue the sentence "… while", for the operator
     * @see LmdbEnvironment#write(long, Consumer)
     */
    boolean write(String what, long payload, Consumer<Txn<byte[]>> work) {
        if (failure.isUp()) {
            return false;
        }
        try {
            environment.write(payload, work);
            return true;
        } catch (RuntimeException e) {
            failure.raise(new StorageFailure(describe(what, e), e));
            return false;
        } catch (Error e) {
            failure.raise(new StorageFailure(describe(what, e), e));
            throw e;
        }
    }

    /** Writes one record beside the log. */
    boolean put(String what, MetaRecord record, MetaRecord.Fields fields) {
        return write(what, 0, transaction -> record.put(environment.meta(), transaction, fields));
    }

    /** Whether the flag is still down. */
    boolean writable() {
        return !failure.isUp();
    }

    /** Puts the flag up for a request that would break the log; false, for the caller to return. */
    boolean refuse(String why) {
        String message = "The log in " + directory + " refused a write: " + why
                + ". This member stops, since the engine takes the log for another than it is; restart it.";
        failure.raise(new StorageFailure(message, new IllegalStateException(why)));
        return false;
    }

    /**
     * Reads. Damage, or an error of the disk, puts the flag up and is thrown as what the engine throws itself for an
     * entry that does not match its checksum: returning nothing would make it think that the term is 0.
     */
    <T> T read(String what, LmdbEnvironment.Reading<T> work) {
        try {
            return environment.read(work);
        } catch (DamagedException e) {
            throw damaged(e);
        } catch (RuntimeException e) {
            if (environment.isClosed()) {
                throw e;
            }
            failure.raise(new StorageFailure(describe(what, e), e));
            throw new LogEntryCorruptedException(describe(what, e), e);
        }
    }

    /** Puts the flag up for damage found outside of {@link #read}; what to throw. */
    LogEntryCorruptedException damaged(DamagedException found) {
        String message = StartFailures.damage(directory, found.found());
        failure.raise(new StorageFailure(message, found));
        return new LogEntryCorruptedException(message, found);
    }

    LmdbEnvironment environment() {
        return environment;
    }

    private String describe(String what, Throwable met) {
        String begin = "While " + what + " in " + directory + ": ";
        String end = " This member takes no more part; what it acknowledged before is safe. ";
        int code = met instanceof LmdbNativeException nativeFailure ? nativeFailure.getResultCode() : 0;
        long free = free(directory.toFile());
        // LMDB reports a write that was cut short as EIO; on a disk without room that is what it means.
        if (DISK_FULL.contains(code) || (code == EIO && free < NEARLY_NOTHING)) {
            return begin + "the disk is full (" + free + " bytes free)." + end
                    + "Free or add space for this directory, then restart the member.";
        }
        return begin + met + "." + end
                + "Look at the disk and the system's log, then restart the member; a failed sync is not tried again.";
    }

    private static long free(File directory) {
        return directory.getUsableSpace();
    }
}
