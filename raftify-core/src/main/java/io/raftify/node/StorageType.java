package io.raftify.node;

/** Where the log is kept. */
public enum StorageType {
    /** In an LMDB file in the data directory; every acknowledged entry is synced. */
    LMDB,
    /** In memory: everything is lost when the process ends. For tests. */
    MEMORY
}
