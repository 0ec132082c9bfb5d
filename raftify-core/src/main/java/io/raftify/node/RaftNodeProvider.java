package io.raftify.node;

/** How {@link RaftNode#create} finds the engine without knowing it. Found by {@link java.util.ServiceLoader}. */
public interface RaftNodeProvider {

    /** Creates a member that is not started yet. */
    RaftNode create(RaftNodeSettings settings, StateMachine stateMachine);
}
