package io.raftify.chaos.history;

/** How a call ended for its caller. */
public enum Fate {
    /** With its result. */
    RETURNED,
    /** Surely not applied; of a read, not answered. */
    NOT_APPLIED,
    /** It may have been applied, or may be yet. */
    UNKNOWN
}
