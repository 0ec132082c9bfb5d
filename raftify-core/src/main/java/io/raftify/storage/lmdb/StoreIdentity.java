package io.raftify.storage.lmdb;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;

/**
 * Whose log a directory holds.
 *
 * @param clusterName the cluster
 * @param nodeId the member
 * @param createdAt when the directory was first used; by this machine's clock, for people
 * @param incarnation drawn when the directory was first used: tells this log from an earlier or later one of the same
 *     member
 */
record StoreIdentity(String clusterName, String nodeId, Instant createdAt, UUID incarnation) {

    static StoreIdentity drawn(String clusterName, String nodeId) {
        return new StoreIdentity(clusterName, nodeId, Instant.now(), UUID.randomUUID());
    }

    boolean belongsTo(String otherCluster, String otherNode) {
        return clusterName.equals(otherCluster) && nodeId.equals(otherNode);
    }

    void to(DataOutputStream out) throws IOException {
        out.writeUTF(clusterName);
        out.writeUTF(nodeId);
        out.writeLong(createdAt.toEpochMilli());
        out.writeLong(incarnation.getMostSignificantBits());
        out.writeLong(incarnation.getLeastSignificantBits());
    }

    static StoreIdentity from(DataInputStream in) throws IOException {
        return new StoreIdentity(
                in.readUTF(),
                in.readUTF(),
                Instant.ofEpochMilli(in.readLong()),
                new UUID(in.readLong(), in.readLong()));
    }
}
