package io.raftify.node;

/** What a member is in its current term. */
public enum Role {
    /** Created, not started yet, or closed. */
    STOPPED,
    FOLLOWER,
    CANDIDATE,
    LEADER,
    /** Leads, but is handing over: takes no proposals. */
    TRANSFERRING,
    LEARNER,
    /** Stopped taking part after a failure; see {@link NodeStatus#failure()}. */
    FAILED
}
