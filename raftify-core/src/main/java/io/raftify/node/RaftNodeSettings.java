package io.raftify.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything a member must be told. Build one with {@link #builder()}; contradictions are refused when it is built.
 *
 * @param nodeId this member's name, a key of {@code peers}
 * @param clusterName shared by all members; members of another cluster are refused
 * @param dataDir where log and snapshots are kept; one directory per member
 * @param peers the address of every member, this one included, by node id
 * @param electionTimeout a follower that hears nothing from a leader for this long, and up to twice as long, begins an
 *     election. Default 1 s
 * @param heartbeatInterval how often a leader with nothing to send says that it is there. Default a tenth of the
 *     election timeout
 * @param maxPendingProposals proposals in flight here beyond which {@link OverloadedException} is the answer
 * @param maxPendingBytes bytes of proposals in flight here beyond which {@link OverloadedException} is the answer
 * @param maxProposalSize bytes of one command beyond which {@link ProposalTooLargeException} is the answer
 * @param snapshotEntries a snapshot is written after so many applied entries; 0 means never by itself. The log keeps
 *     the entries since the last snapshot but one, so that a member a little behind needs no snapshot
 * @param minFreeSpace bytes that are to stay free on the disk of the data directory. With less, a member takes no more
 *     entries, and commands fail with {@link DiskFullException}, until there is room again; 0 switches this off, and a
 *     disk that is full then stops the member. Default 64 MiB
 * @param lmdbMapSize size of the LMDB map at first, in bytes; it grows by itself
 * @param security for mutual TLS; null means plain text
 * @param allowInsecure whether plain text may leave the loopback interface
 * @param bindAddress the local address to listen on; null means loopback when plain text stays there, else all
 * @param maxFrameSize bytes of one message between members beyond which it is refused before it is read
 */
public record RaftNodeSettings(
        String nodeId,
        String clusterName,
        @Nullable Path dataDir,
        Map<String, PeerAddress> peers,
        Duration electionTimeout,
        Duration heartbeatInterval,
        int maxPendingProposals,
        long maxPendingBytes,
        int maxProposalSize,
        int snapshotEntries,
        StorageType storageType,
        long minFreeSpace,
        long lmdbMapSize,
        @Nullable TransportSecurity security,
        boolean allowInsecure,
        @Nullable String bindAddress,
        int maxFrameSize) {

    /** A node id: also usable as a host name in certificates and as part of a file name. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    /** The engine's own rule for the name of a group. */
    private static final Pattern CLUSTER_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,62}");

    /** The engine counts the heartbeat as a whole fraction of the election timeout, in milliseconds. */
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(10);

    public RaftNodeSettings {
        checkName("nodeId", nodeId);
        if (!CLUSTER_NAME.matcher(clusterName).matches()) {
            throw new InvalidSettingException(
                    "clusterName",
                    "'" + clusterName + "' is not a usable cluster name: it must be 1 to 63 letters, digits, '_' or "
                            + "'-', and begin with a letter.");
        }
        peers = Collections.unmodifiableMap(new LinkedHashMap<>(peers));
        if (peers.isEmpty()) {
            throw new InvalidSettingException("peers", "There are no peers; list at least this member itself.");
        }
        peers.keySet().forEach(peer -> checkName("peers", peer));
        if (!peers.containsKey(nodeId)) {
            throw new InvalidSettingException(
                    "nodeId", "The node id '" + nodeId + "' is not among the peers " + peers.keySet() + ".");
        }
        if (dataDir == null && storageType != StorageType.MEMORY) {
            throw new InvalidSettingException("dataDir", "There is no data directory.");
        }
        if (heartbeatInterval.compareTo(SHORTEST_HEARTBEAT) < 0) {
            throw new InvalidSettingException(
                    "heartbeatInterval",
                    "The heartbeat interval must be at least 10ms, but is " + heartbeatInterval.toMillis() + "ms.");
        }
        if (heartbeatInterval.multipliedBy(2).compareTo(electionTimeout) > 0) {
            throw new InvalidSettingException(
                    "heartbeatInterval",
                    "The heartbeat interval of " + heartbeatInterval.toMillis()
                            + "ms must be at most half of the election timeout of " + electionTimeout.toMillis()
                            + "ms, or one lost heartbeat would start an election.");
        }
        if (electionTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new InvalidSettingException("electionTimeout", "The election timeout must be at most 10 minutes.");
        }
        positive("maxPendingProposals", maxPendingProposals);
        positive("maxPendingBytes", maxPendingBytes);
        positive("maxProposalSize", maxProposalSize);
        positive("lmdbMapSize", lmdbMapSize);
        notNegative("snapshotEntries", snapshotEntries);
        notNegative("minFreeSpace", minFreeSpace);
        if (maxFrameSize - (long) FRAME_HEADROOM < maxProposalSize) {
            throw new InvalidSettingException(
                    "maxFrameSize",
                    "The largest frame of " + maxFrameSize + " bytes must have room for the largest proposal of "
                            + maxProposalSize + " bytes and " + FRAME_HEADROOM + " bytes more.");
        }
    }

    /** What a message between members needs beside the commands in it, with room for a full batch of small ones. */
    public static final int FRAME_HEADROOM = 1 << 20;

    private static void checkName(String setting, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException(
                    setting,
                    "'" + name + "' is not a usable name: it must be 1 to 63 letters, digits, '.', '_' or '-', and "
                            + "begin and end with a letter or digit.");
        }
    }

    private static void notNegative(String setting, long value) {
        if (value < 0) {
            throw new InvalidSettingException(setting, "The number must not be negative, but is " + value + ".");
        }
    }

    private static void positive(String setting, long value) {
        if (value <= 0) {
            throw new InvalidSettingException(setting, "The value must be greater than zero, but is " + value + ".");
        }
    }

    /** This member's own address. */
    public PeerAddress address() {
        PeerAddress own = peers.get(nodeId);
        if (own == null) {
            throw new IllegalStateException("checked in the constructor");
        }
        return own;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {

        private @Nullable String nodeId;
        private String clusterName = "raftify";
        private @Nullable Path dataDir;
        private final Map<String, PeerAddress> peers = new LinkedHashMap<>();
        private Duration electionTimeout = Duration.ofSeconds(1);
        private @Nullable Duration heartbeatInterval;
        private int maxPendingProposals = 10_000;
        private long maxPendingBytes = 64L << 20;
        private int maxProposalSize = 1 << 20;
        private int snapshotEntries = 10_000;
        private StorageType storageType = StorageType.LMDB;
        private long minFreeSpace = 64L << 20;
        private long lmdbMapSize = 256L << 20;
        private @Nullable TransportSecurity security;
        private boolean allowInsecure;
        private @Nullable String bindAddress;
        private int maxFrameSize = 8 << 20;

        private Builder() {}

        public Builder nodeId(String nodeId) {
            this.nodeId = nodeId;
            return this;
        }

        public Builder clusterName(String clusterName) {
            this.clusterName = clusterName;
            return this;
        }

        public Builder dataDir(@Nullable Path dataDir) {
            this.dataDir = dataDir;
            return this;
        }

        public Builder peer(String nodeId, PeerAddress address) {
            this.peers.put(nodeId, address);
            return this;
        }

        public Builder peers(Map<String, PeerAddress> peers) {
            this.peers.putAll(peers);
            return this;
        }

        public Builder electionTimeout(Duration electionTimeout) {
            this.electionTimeout = electionTimeout;
            return this;
        }

        public Builder heartbeatInterval(@Nullable Duration heartbeatInterval) {
            this.heartbeatInterval = heartbeatInterval;
            return this;
        }

        public Builder maxPendingProposals(int maxPendingProposals) {
            this.maxPendingProposals = maxPendingProposals;
            return this;
        }

        public Builder maxPendingBytes(long maxPendingBytes) {
            this.maxPendingBytes = maxPendingBytes;
            return this;
        }

        public Builder maxProposalSize(int maxProposalSize) {
            this.maxProposalSize = maxProposalSize;
            return this;
        }

        public Builder snapshotEntries(int snapshotEntries) {
            this.snapshotEntries = snapshotEntries;
            return this;
        }

        public Builder storageType(StorageType storageType) {
            this.storageType = storageType;
            return this;
        }

        public Builder minFreeSpace(long minFreeSpace) {
            this.minFreeSpace = minFreeSpace;
            return this;
        }

        public Builder lmdbMapSize(long lmdbMapSize) {
            this.lmdbMapSize = lmdbMapSize;
            return this;
        }

        public Builder security(@Nullable TransportSecurity security) {
            this.security = security;
            return this;
        }

        public Builder allowInsecure(boolean allowInsecure) {
            this.allowInsecure = allowInsecure;
            return this;
        }

        public Builder bindAddress(@Nullable String bindAddress) {
            this.bindAddress = bindAddress;
            return this;
        }

        public Builder maxFrameSize(int maxFrameSize) {
            this.maxFrameSize = maxFrameSize;
            return this;
        }

        /** @throws InvalidSettingException if a setting is missing or contradicts another */
        public RaftNodeSettings build() {
            if (nodeId == null) {
                throw new InvalidSettingException("nodeId", "There is no node id.");
            }
            Duration heartbeat = heartbeatInterval != null ? heartbeatInterval : electionTimeout.dividedBy(10);
            return new RaftNodeSettings(
                    nodeId,
                    clusterName,
                    dataDir,
                    peers,
                    electionTimeout,
                    heartbeat,
                    maxPendingProposals,
                    maxPendingBytes,
                    maxProposalSize,
                    snapshotEntries,
                    storageType,
                    minFreeSpace,
                    lmdbMapSize,
                    security,
                    allowInsecure,
                    bindAddress,
                    maxFrameSize);
        }
    }
}
