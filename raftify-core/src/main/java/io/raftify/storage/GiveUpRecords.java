package io.raftify.storage;

/**
 * Keeps {@link GiveUps}. What is changed here is on stable storage when the operation returns true, as with all of
 * {@link MemberStore}. Thread-safe.
 */
public interface GiveUpRecords {

    /** What was stored last. */
    GiveUps get();

    /** Replaces it; false if that could not be stored, and the store has failed. */
    boolean put(GiveUps giveUps);
}
