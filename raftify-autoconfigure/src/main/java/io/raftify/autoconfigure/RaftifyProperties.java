package io.raftify.autoconfigure;

import io.raftify.node.StorageType;
import io.raftify.replication.DeterminismCheck;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How this application takes part in its cluster.
 *
 * @param enabled Whether to run a member. If not, replicated commands and queries are refused.
 * @param nodeId Name of this member, one of the keys of 'raftify.cluster.peers'.
 * @param dataDir Directory for log and snapshots, one per member.
 */
@ConfigurationProperties("raftify")
record RaftifyProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String nodeId,
        @Nullable String dataDir,
        @DefaultValue Cluster cluster,
        @DefaultValue Election election,
        @DefaultValue Proposal proposal,
        @DefaultValue Read read,
        @DefaultValue Determinism determinism,
        @DefaultValue Snapshot snapshot,
        @DefaultValue Storage storage,
        @DefaultValue Transport transport) {

    /**
     * @param name Name of the cluster; members of another cluster are refused.
     * @param peers Address of every member as 'host:port', this one included, by node id; a node id with other characters
     *     than letters, digits, '-' and '.' is written in brackets, as in '[node_1]'.
     */
    record Cluster(
            @DefaultValue("raftify") String name,
            @DefaultValue Map<String, String> peers) {}

    /**
     * @param timeout Time without a leader, and up to twice as long, after which a follower begins an election.
     * @param heartbeatInterval How often an idle leader says that it is there. Default is a tenth of the election
     *     timeout.
     */
    record Election(
            @DefaultValue("1s") Duration timeout, @Nullable Duration heartbeatInterval) {}

    /**
     * @param timeout Time by which the caller of a command learns its fate.
     * @param giveUpAfter Time after which a command that does not end is given up by all members, so that others go on; 0
     *     means never. Default is a minute, or twice 'raftify.proposal.timeout' if that is longer.
     * @param maxPending Commands in flight beyond which new ones are refused as overload.
     * @param maxPendingBytes Bytes of commands in flight beyond which new ones are refused as overload.
     * @param maxSize Largest encoded command.
     */
    record Proposal(
            @DefaultValue("5s") Duration timeout,
            @Nullable Duration giveUpAfter,
            @DefaultValue("10000") int maxPending,
            @DefaultValue("64MB") DataSize maxPendingBytes,
            @DefaultValue("1MB") DataSize maxSize) {}

    /** @param timeout Time by which a query answers or fails, beside the time its own method takes. */
    record Read(@DefaultValue("5s") Duration timeout) {}

    /**
     * @param check What to do at the start about code of replicated beans that could make members differ: 'warn' in the
     *     log, 'fail' to start, or 'off'. Commands called past their proxy are refused in any case.
     */
    record Determinism(@DefaultValue("warn") DeterminismCheck check) {}

    /** @param entries Applied commands after which a snapshot is written; 0 means never by itself. */
    record Snapshot(@DefaultValue("10000") int entries) {}

    /**
     * @param type Where the log is kept; 'memory' loses everything when the process ends.
     * @param minFreeSpace What is to stay free on the disk of the data directory; with less, commands are refused. 0 for no
     *     limit.
     */
    record Storage(
            @DefaultValue("lmdb") StorageType type,
            @DefaultValue("64MB") DataSize minFreeSpace,
            @DefaultValue Lmdb lmdb) {

        /** @param mapSize Size of the LMDB map at first; it grows by itself. */
        record Lmdb(@DefaultValue("256MB") DataSize mapSize) {}
    }

    /**
     * @param allowInsecure Whether plain text may leave the loopback interface.
     * @param bindAddress Local address to listen on. Default is loopback while plain text stays there, else all.
     * @param maxFrameSize Largest message between members.
     */
    record Transport(
            @DefaultValue Ssl ssl,
            @DefaultValue("false") boolean allowInsecure,
            @Nullable String bindAddress,
            @DefaultValue("8MB") DataSize maxFrameSize) {

        /** @param bundle Name of the SSL bundle for mutual TLS between members. */
        record Ssl(@Nullable String bundle) {}
    }
}
