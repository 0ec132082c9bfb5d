package io.raftify.annotation;

/** How fresh the state seen by a {@link ReplicatedQuery} must be. */
public enum ReadConsistency {

    /**
     * The query sees every command that was acknowledged to anybody before the query was called, on whichever member
     * it is called. Costs one round trip from the leader to a quorum, shared by concurrent reads; nothing is written
     * to the log. Without a quorum the query fails within its deadline, it never answers.
     */
    LINEARIZABLE,

    /**
     * The query sees this member's state as it stands, which may be behind the others by any amount: a member cut off
     * from the quorum goes on answering with what it last knew. No network round trip.
     */
    LOCAL
}
