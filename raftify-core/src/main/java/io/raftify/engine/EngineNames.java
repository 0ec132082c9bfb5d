package io.raftify.engine;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Translates between node ids and the engine's peer ids. The engine wants host and port, but never resolves them: the
 * node id stands for the host, so that a member is the same member wherever it runs.
 */
final class EngineNames {

    /** Part of every stored vote and configuration entry: must never change. */
    private static final int PORT = 1;

    private EngineNames() {}

    static PeerId peerId(String nodeId) {
        return new PeerId(nodeId, PORT);
    }

    static @Nullable String nodeId(@Nullable PeerId peer) {
        return peer == null || peer.isEmpty() ? null : peer.getIp();
    }

    static Configuration configuration(Collection<String> nodeIds) {
        Configuration configuration = new Configuration();
        nodeIds.forEach(nodeId -> configuration.addPeer(peerId(nodeId)));
        return configuration;
    }

    static Set<String> nodeIds(Configuration configuration) {
        Set<String> nodeIds = new TreeSet<>();
        configuration.getPeers().forEach(peer -> nodeIds.add(peer.getIp()));
        return nodeIds;
    }
}
