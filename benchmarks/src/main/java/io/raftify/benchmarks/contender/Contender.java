package io.raftify.benchmarks.contender;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Who is measured. Members are made in processes whose class path may have but one contender's libraries. */
public enum Contender {
    FLOOR(
            "floor",
            "one LMDB commit synced by each of three writers at once; one gRPC stream round trip",
            "synced",
            "what the machine gives: nothing of Raft in it"),
    BEAN(
            "raftify, annotated bean",
            "@ReplicatedCommand on a Spring bean, a thread per call",
            "synced, LMDB",
            "the caller is in the member's JVM; a call keeps its thread"),
    NODE("raftify, RaftNode", "RaftNode.propose and readIndex", "synced, LMDB", "the caller is in the member's JVM"),
    NODE_THREADS(
            "raftify, RaftNode, thread per call",
            "as the annotated bean calls it, without Spring",
            "synced, LMDB",
            "the caller is in the member's JVM; a call keeps its thread"),
    NODE_WITHOUT_SNAPSHOTS(
            "raftify, RaftNode, no snapshots",
            "raftify.snapshot.entries=0, as SOFAJRaft takes none within an hour",
            "synced, LMDB",
            "the caller is in the member's JVM"),
    NODE_IN_MEMORY(
            "raftify, RaftNode, log in memory",
            "raftify.storage.type=memory: what remains when the disk costs nothing",
            "NONE: everything is lost with the process",
            "no competitor, a part of the explanation"),
    SOFAJRAFT(
            "SOFAJRaft",
            "as published: RocksDB log, Bolt RPC",
            "synced, RocksDB (RaftOptions.sync, its default)",
            "the caller is in the leader's JVM; followers do not take writes"),
    RATIS(
            "Apache Ratis, tuned",
            "gRPC, segmented log, set as its configuration reference suggests for writes",
            "synced, segmented log (its default)",
            "the caller is in the member's JVM, without its client; followers do not take writes; a read on the leader"
                    + " asks no majority again as long as nothing was written since the last one that did"),
    RATIS_DEFAULTS(
            "Apache Ratis, defaults", "gRPC, segmented log", "synced, segmented log (its default)", "as the tuned one"),
    JGROUPS_RAFT(
            "jgroups-raft",
            "TCP, FileBasedLog",
            "log synced (log_use_fsync, not its default)",
            "the caller is in the member's JVM; a read on the leader asks no majority"),
    ZOOKEEPER(
            "ZooKeeper",
            "three servers, one client",
            "synced (forceSync, its default)",
            "the client speaks TCP to its server, as everybody's must; a linearizable read is sync() and a read,"
                    + " which on the leader asks no majority");

    private final String text;
    private final String way;
    private final String durability;
    private final String remark;

    Contender(String text, String way, String durability, String remark) {
        this.text = text;
        this.way = way;
        this.durability = durability;
        this.remark = remark;
    }

    public String text() {
        return text;
    }

    public String way() {
        return way;
    }

    public String durability() {
        return durability;
    }

    public String remark() {
        return remark;
    }

    /** Also usable on a command line. */
    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    public static Contender of(String id) {
        return Arrays.stream(values())
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no contender '" + id + "', only "
                        + Arrays.stream(values()).map(Contender::id).toList()));
    }

    /**
     * @param index 0 to 2
     * @param ports four ports for each member
     * @param directory for this member alone
     */
    public Member member(int index, List<Integer> ports, Path directory) throws Exception {
        Seat seat = new Seat(index, ports, directory);
        return switch (this) {
            case FLOOR -> new Floor(seat);
            case BEAN -> new BeanMember(seat);
            case NODE -> new NodeMember(seat, NodeMember.Variant.AS_IT_SHIPS);
            case NODE_THREADS -> new NodeMember(seat, NodeMember.Variant.THREAD_PER_CALL);
            case NODE_WITHOUT_SNAPSHOTS -> new NodeMember(seat, NodeMember.Variant.WITHOUT_SNAPSHOTS);
            case NODE_IN_MEMORY -> new NodeMember(seat, NodeMember.Variant.IN_MEMORY);
            case SOFAJRAFT -> new SofaJRaftMember(seat);
            case RATIS -> new RatisMember(seat, true);
            case RATIS_DEFAULTS -> new RatisMember(seat, false);
            case JGROUPS_RAFT -> new JGroupsRaftMember(seat);
            case ZOOKEEPER -> new ZooKeeperMember(seat);
        };
    }
}
