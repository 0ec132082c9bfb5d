package io.raftify.testnode;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;

/** What a class of another package inherits. */
public abstract class CommandsOfAnotherPackage {

    @ReplicatedState
    private int count;

    /** One command that a proxy in another package can override. */
    public abstract static class Open extends CommandsOfAnotherPackage {
        @ReplicatedCommand("open.add")
        protected int addProtected(int amount) {
            return add(amount);
        }

        public int addFromOutside(Open proxy, int amount) {
            return proxy.addProtected(amount);
        }
    }

    /** One command that it cannot. */
    public abstract static class Hidden extends CommandsOfAnotherPackage {
        @ReplicatedCommand("hidden.add")
        int addHidden(int amount) {
            return add(amount);
        }
    }

    protected final int add(int amount) {
        return count += amount;
    }
}
