package io.raftify.autoconfigure;

import io.raftify.node.NodeStartException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Tells why the member could not start, and which property helps. */
final class NodeStartFailureAnalyzer extends AbstractFailureAnalyzer<NodeStartException> {

    private final Environment environment;

    NodeStartFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NodeStartException cause) {
        return new FailureAnalysis(
                "The member '" + environment.getProperty("raftify.node-id") + "' could not start. "
                        + cause.getMessage(),
                remedy(cause.reason()),
                cause);
    }

    private String remedy(NodeStartException.Reason reason) {
        String nodeId = environment.getProperty("raftify.node-id");
        String dataDir = "'raftify.data-dir' (now '" + environment.getProperty("raftify.data-dir") + "')";
        String address = "'raftify.cluster.peers." + nodeId + "' (now '"
                + environment.getProperty("raftify.cluster.peers." + nodeId) + "')";
        return switch (reason) {
            case DIRECTORY_UNWRITABLE ->
                "Set " + dataDir + " to a directory that this process may create and write, or give it the right to.";
            case DIRECTORY_IN_USE ->
                "Stop the other process, or set " + dataDir
                        + " to a directory of this member's own; members must not share one.";
            case DIRECTORY_OF_ANOTHER_MEMBER ->
                "Set " + dataDir
                        + " to this member's own directory, or 'raftify.node-id' and 'raftify.cluster.name' to those of"
                        + " the member the directory belongs to.";
            case UNKNOWN_FORMAT ->
                "Start the version of the application that wrote what is in " + dataDir + ", or a newer one.";
            // A voter that forgets what it acknowledged can take a commit back, unless all others have it.
            case CORRUPT ->
                "Keep a copy of " + dataDir + " and check the disk. Begin with an empty directory only when"
                        + " every other member is up and none of them lags, as /actuator/raft on the leader shows: they"
                        + " fill it again.";
            case ADDRESS_UNAVAILABLE ->
                "Stop what listens on the port, or change the port in " + address
                        + " in every member's configuration; if the host is not an address of this machine, set"
                        + " 'raftify.transport.bind-address'.";
            case SECURITY -> security(nodeId);
            case STATE_NOT_RESTORED ->
                "Deploy a version of the application whose replicated beans fit the snapshot in " + dataDir + ".";
            case MEMBERSHIP_DIFFERS ->
                "List under 'raftify.cluster.peers' the members that the data in " + dataDir
                        + " knows. Members are not added or removed by configuration.";
            case ENGINE ->
                "Look at the cause in the log. The settings of the member are the properties under" + " 'raftify'.";
        };
    }

    private String security(@Nullable String nodeId) {
        String bundle = environment.getProperty("raftify.transport.ssl.bundle");
        if (bundle == null) {
            return "Set 'raftify.transport.ssl.bundle' to an SSL bundle with this member's certificate, or, in a network"
                    + " where everybody may read and change the state, 'raftify.transport.allow-insecure' to true.";
        }
        return "Check the SSL bundle '" + bundle + "' that 'raftify.transport.ssl.bundle' names: it needs a key, its"
                + " certificate with the node id '" + nodeId + "' as DNS subject alternative name or common name, and"
                + " the authority that signed the others'.";
    }
}
