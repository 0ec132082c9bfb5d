package io.raftify.benchmarks.contender;

/** What is done over and over in one cell. */
public enum Operation {
    /** A write, acknowledged when a majority has synced it, by a caller beside the leader. */
    WRITE("write", true),
    /** The same by a caller beside a follower. */
    WRITE_ON_FOLLOWER("write, on a follower", false),
    READ_ON_LEADER("linearizable read, on the leader", true),
    READ_ON_FOLLOWER("linearizable read, on a follower", false),
    /** Whatever this member knows, however old. */
    READ_LOCAL("local read", false),
    /** Four linearizable reads to one write, beside the leader. */
    MIXED("4 linearizable reads to 1 write", true);

    private final String text;
    private final boolean onLeader;

    Operation(String text, boolean onLeader) {
        this.text = text;
        this.onLeader = onLeader;
    }

    public String text() {
        return text;
    }

    /** Whether the caller sits beside the leader. */
    public boolean onLeader() {
        return onLeader;
    }
}
