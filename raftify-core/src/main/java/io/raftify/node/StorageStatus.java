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
 */
public record StorageStatus(
        String type, String durability, @Nullable String directory, int formatVersion, long sizeBytes) {}
