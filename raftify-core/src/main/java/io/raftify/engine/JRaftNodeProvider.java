package io.raftify.engine;

import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeProvider;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;

/** Makes {@link JRaftNode members} for {@link RaftNode#create}. */
public final class JRaftNodeProvider implements RaftNodeProvider {

    @Override
    public RaftNode create(RaftNodeSettings settings, StateMachine stateMachine) {
        return new JRaftNode(settings, stateMachine, MemberParts.standard());
    }
}
