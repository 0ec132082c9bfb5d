package io.raftify.node;

import org.jspecify.annotations.Nullable;

/**
 * Where a member keeps its log.
 *
 * @param type {@code lmdb} or {@code memory}
 * @param durability what holds when an entry is acknowledged: {@code synced}, it is on stable storage here;
 *     {@code none}, it is lost when the process ends
 * @param directory the data directory; null for a store without one
 * @param formatVersion of what is on disk
 * @param sizeBytes bytes in use
 * @param full why no more entries are taken, if the disk is short of room; see {@link RaftNodeSettings#minFreeSpace()}
 */
public record StorageStatus(
        String type,
        String durability,
        @Nullable String directory,
        int formatVersion,
        long sizeBytes,
        @Nullable String full) {

    /** The same, of a disk that is short of room, or is not. */
    public StorageStatus withFull(@Nullable String reason) {
        return new StorageStatus(type, durability, directory, formatVersion, sizeBytes, reason);
    }
}
