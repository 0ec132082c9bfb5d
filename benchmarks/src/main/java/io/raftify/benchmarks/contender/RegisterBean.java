package io.raftify.benchmarks.contender;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;

/** The same state as {@link Register}, as a user writes it. */
class RegisterBean {

    @ReplicatedState
    private long count;

    @ReplicatedState
    private byte[] last = new byte[0];

    @ReplicatedCommand("register.set")
    public long set(byte[] value) {
        last = value;
        count++;
        return count;
    }

    @ReplicatedQuery
    public long count() {
        return count;
    }

    @ReplicatedQuery(ReadConsistency.LOCAL)
    public long localCount() {
        return count;
    }

    @ReplicatedQuery(ReadConsistency.LOCAL)
    public int lastSize() {
        return last.length;
    }
}
