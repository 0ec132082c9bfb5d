package io.raftify.annotation;

/** How fresh the state seen by a {@link ReplicatedQuery} must be; the strictest first. */
public enum ReadConsistency {

    /**
     * The query sees every command that was acknowledged to anybody before the query was called, on whichever member
     * it is called. Costs one round trip from the leader to a quorum, shared by concurrent reads; nothing is written
     * to the log. Without a quorum the query fails within its deadline, it never answers.
     */
    LINEARIZABLE,

    /**
     * Like {@link #LINEARIZABLE}, but a leader that holds a lease asks nobody. No round trip on the leader, one to the
     * leader on the others; without a lease, the quorum is asked.
     *
     * <p>A leader holds a lease while a quorum, itself included, has taken something it sent less than nine tenths of an
     * election timeout ago. Whoever takes something of a leader helps nobody else into leadership for an election timeout
     * from then on, unless the leader itself tells a member to take over; it gives up its lease for the rest of its term
     * before that. So nobody else can lead, or acknowledge a command, at the moment at which the leader looks at its
     * clock, which comes after the call (Raft thesis, section 6.4.1). Is the process paused after that, however long, then
     * the query answers late, and with nothing older than what it would have answered in time.
     *
     * <p>Unlike {@link #LINEARIZABLE}, it stands on assumptions about clocks:
     * <ul>
     *   <li>All members have the same {@code raftify.election.timeout}.
     *   <li>While an election timeout passes, no member's monotonic clock runs more than a tenth faster than the leader's.
     *   <li>The leader's monotonic clock goes on while its process is paused. Where it stands still, because the machine
     *       sleeps or is moved to another host, the wall clock must have caught up when the query is called.
     * </ul>
     * Where one of them does not hold, a query may see a state that is older than an acknowledged command: as old as the
     * time for which the leader wrongly believed in its lease.
     */
    LEADER_LEASE,

    /**
     * The query sees this member's state if it is no older than the query allows, by {@link ReplicatedQuery#maxLag()} or
     * {@link ReplicatedQuery#maxLagEntries()}, at a moment after the call; else it fails, and says how far this member is
     * behind. No clock but this member's monotonic one matters.
     *
     * <p>By time: the state is as recent as the last round trip to the leader whose result this member has applied was
     * begun. Queries that come often are answered at once, and have such a round made in the background three times in
     * {@code maxLag} at most; one that comes after a while waits for it, no longer than {@code maxLag}.
     *
     * <p>By entries: only the leader knows what is committed, so each query costs a round trip, shared as for
     * {@link #LINEARIZABLE}; but it need not wait until this member has applied all of it.
     */
    BOUNDED,

    /**
     * The query sees this member's state as it stands, which may be behind the others by any amount: a member cut off
     * from the quorum goes on answering with what it last knew. No network round trip.
     */
    LOCAL
}
