package io.raftify.autoconfigure;

import io.raftify.node.InvalidSettingException;
import java.util.Map;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Translates what the member says about a setting into the property behind it. */
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

    /** The property behind each component of {@link io.raftify.node.RaftNodeSettings}. */
    static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("nodeId", "raftify.node-id"),
            Map.entry("clusterName", "raftify.cluster.name"),
            Map.entry("dataDir", "raftify.data-dir"),
            Map.entry("peers", "raftify.cluster.peers"),
            Map.entry("electionTimeout", "raftify.election.timeout"),
            Map.entry("heartbeatInterval", "raftify.election.heartbeat-interval"),
            Map.entry("maxPendingProposals", "raftify.proposal.max-pending"),
            Map.entry("maxPendingBytes", "raftify.proposal.max-pending-bytes"),
            Map.entry("maxProposalSize", "raftify.proposal.max-size"),
            Map.entry("snapshotEntries", "raftify.snapshot.entries"),
            Map.entry("storageType", "raftify.storage.type"),
            Map.entry("minFreeSpace", "raftify.storage.min-free-space"),
            Map.entry("lmdbMapSize", "raftify.storage.lmdb.map-size"),
            Map.entry("security", "raftify.transport.ssl.bundle"),
            Map.entry("allowInsecure", "raftify.transport.allow-insecure"),
            Map.entry("bindAddress", "raftify.transport.bind-address"),
            Map.entry("maxFrameSize", "raftify.transport.max-frame-size"));

    private final Environment environment;

    InvalidSettingFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        String property = PROPERTIES.getOrDefault(cause.setting(), cause.setting());
        return new FailureAnalysis(
                "The property '" + property + "' cannot be used. " + cause.getMessage(), remedy(cause), cause);
    }

    private String remedy(InvalidSettingException cause) {
        return switch (cause.setting()) {
            case "nodeId" ->
                "Set 'raftify.node-id' to the name of this member among the keys of"
                        + " 'raftify.cluster.peers', or list it there. A key with characters other than letters, digits,"
                        + " '-' and '.' must be written in brackets, as in 'raftify.cluster.peers[node_1]'.";
            case "peers" ->
                "Set 'raftify.cluster.peers.<node id>' to host:port for every member, this one included,"
                        + " for example 'raftify.cluster.peers." + environment.getProperty("raftify.node-id", "n1")
                        + "=localhost:9090'.";
            case "dataDir" ->
                "Set 'raftify.data-dir' to a directory of this member's own that outlives the process,"
                        + " for example './data/" + environment.getProperty("raftify.node-id", "n1")
                        + "', or 'raftify.storage.type' to 'memory' if everything may be lost.";
            case "heartbeatInterval", "electionTimeout" ->
                "Set 'raftify.election.heartbeat-interval' to at most half of"
                        + " 'raftify.election.timeout', or leave it out: it is a tenth of the election timeout then.";
            case "maxFrameSize" ->
                "Set 'raftify.transport.max-frame-size' to at least 'raftify.proposal.max-size' and"
                        + " 1MB more, or lower 'raftify.proposal.max-size'.";
            case "allowInsecure", "security" ->
                "Set 'raftify.transport.ssl.bundle' to an SSL bundle with this member's"
                        + " certificate, or, in a network where everybody may read and write the state,"
                        + " 'raftify.transport.allow-insecure' to true.";
            default -> "Change '" + PROPERTIES.getOrDefault(cause.setting(), cause.setting()) + "'.";
        };
    }
}
