package io.raftify.actuate;

import io.raftify.actuate.RaftDescriptor.CommandDescriptor;
import io.raftify.node.RaftNode;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows the member of this application, the other members as it sees them, and the commands it knows. Only shows. */
@Endpoint(id = "raft")
public final class RaftEndpoint {

    private final RaftNode node;
    private final Supplier<List<CommandDescriptor>> commands;

    public RaftEndpoint(RaftNode node, Supplier<List<CommandDescriptor>> commands) {
        this.node = node;
        this.commands = commands;
    }

    @ReadOperation
    public RaftDescriptor raft() {
        return RaftDescriptor.of(node.status(), commands.get());
    }
}
