package io.raftify.storage.lmdb;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The peers that a member has met.
 *
 * @param incarnations by node id
 */
record MetPeers(Map<String, UUID> incarnations) {

    static final MetPeers NONE = new MetPeers(Map.of());

    MetPeers {
        incarnations = Map.copyOf(incarnations);
    }

    MetPeers with(String peer, UUID incarnation) {
        Map<String, UUID> more = new HashMap<>(incarnations);
        more.put(peer, incarnation);
        return new MetPeers(more);
    }

    void to(DataOutputStream out) throws IOException {
        out.writeInt(incarnations.size());
        for (Map.Entry<String, UUID> met : incarnations.entrySet()) {
            out.writeUTF(met.getKey());
            out.writeLong(met.getValue().getMostSignificantBits());
            out.writeLong(met.getValue().getLeastSignificantBits());
        }
    }

    static MetPeers from(DataInputStream in) throws IOException {
        Map<String, UUID> met = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            met.put(in.readUTF(), new UUID(in.readLong(), in.readLong()));
        }
        return new MetPeers(met);
    }
}
