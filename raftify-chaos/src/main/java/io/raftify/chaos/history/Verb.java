package io.raftify.chaos.history;

/** What a call does to its object. */
public enum Verb {
    READ,
    /** Like a read, but a leader may answer by its lease: linearizable all the same, while clocks are sound. */
    LEASE_READ,
    WRITE,
    /** A write that runs on each member for as long as it likes, or does not end, so that the members may give it up. */
    SLOW_WRITE,
    /** Compare and set: the first argument is expected, the second one written. */
    CAS,
    ADD,
    APPEND,
    /** Puts the second argument under the field that the first one names. */
    PUT,
    REMOVE;

    /** Whether it leaves every object as it is. */
    public boolean isRead() {
        return this == READ || this == LEASE_READ;
    }
}
