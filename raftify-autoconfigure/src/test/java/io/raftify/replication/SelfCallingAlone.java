package io.raftify.replication;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;

/** Needs no other class of the tests, so that any class loader can have one of its own. */
public class SelfCallingAlone {

    @ReplicatedState
    private int left = 10;

    @ReplicatedCommand("reserve")
    public void reserve(int quantity) {
        left -= quantity;
    }

    public void restock(int quantity) {
        reserve(-quantity);
    }
}
