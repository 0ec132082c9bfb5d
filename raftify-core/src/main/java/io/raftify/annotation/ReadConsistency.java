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
     * Like {@link #LINEARIZABLE}, but a leader that heard from a quorum within the election timeout does not ask again. No
     * round trip on the leader, one to the leader on the others. It stands on an assumption: that the clocks of two members
     * do not drift apart by more than a tenth while an election timeout passes, by monotonic clocks, and that a process that
     * was paused notices before it answers. Where that does not hold, a query may see a state that is older than an
     * acknowledged command.
     */
    LEADER_LEASE,

    /**
     * The query sees this member's state if it is no older than the query allows, by {@link ReplicatedQuery#maxLag()} or
     * {@link ReplicatedQuery#maxLagEntries()}; else it fails, it never answers. No network round trip.
     */
    BOUNDED,

    /**
     * The query sees this member's state as it stands, which may be behind the others by any amount: a member cut off
     * from the quorum goes on answering with what it last knew. No network round trip.
     */
    LOCAL
}
