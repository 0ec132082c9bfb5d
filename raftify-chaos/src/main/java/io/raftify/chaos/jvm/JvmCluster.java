package io.raftify.chaos.jvm;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.ObjectStore;
import io.raftify.chaos.round.Reply;
import io.raftify.chaos.round.Subject;
import io.raftify.engine.FreePorts;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Rig (a): real members in this JVM, with real LMDB and real gRPC, and a network and disks that can be made worse. */
public final class JvmCluster implements Subject, AutoCloseable {

    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(400);
    private static final int SNAPSHOT_ENTRIES = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Path directory;
    private final long seed;
    private final Leaders leaders;
    private final Map<String, PeerAddress> peers = new TreeMap<>();
    private volatile boolean localReads;
    private final Map<String, JvmMember> running = new ConcurrentHashMap<>();

    public JvmCluster(int size, Path directory, long seed, Leaders leaders) {
        this.directory = directory;
        this.seed = seed;
        this.leaders = leaders;
        List<Integer> ports = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            peers.put("n" + (i + 1), new PeerAddress("127.0.0.1", ports.get(i)));
        }
        peers.keySet().forEach(this::start);
    }

    /** Reads see what the member called has applied, without asking anybody: what must not be, to see it noticed. */
    JvmCluster withLocalReads() {
        localReads = true;
        return this;
    }

    @Override
    public List<String> members() {
        return List.copyOf(peers.keySet());
    }

    synchronized void start(String name) {
        if (!running.containsKey(name)) {
            RaftNodeSettings settings = RaftNodeSettings.builder()
                    .nodeId(name)
                    .clusterName("chaos")
                    .dataDir(directory.resolve(name))
                    .peers(peers)
                    .electionTimeout(ELECTION_TIMEOUT)
                    .snapshotEntries(SNAPSHOT_ENTRIES)
                    .build();
            running.put(name, new JvmMember(settings, seed, leaders));
        }
    }

    synchronized void stop(String name) {
        JvmMember member = running.remove(name);
        if (member != null) {
            // A disk that hangs would only hold up the stop; that is another test's matter.
            member.disk().heal();
            member.stop();
        }
    }

    Optional<JvmMember> find(String name) {
        return Optional.ofNullable(running.get(name));
    }

    /** The leader of the newest term, if a member knows that it leads; else any member. */
    String leaderOrAny() {
        String found = members().get(0);
        long newest = -1;
        for (Map.Entry<String, JvmMember> member : running.entrySet()) {
            NodeStatus status = member.getValue().status();
            if (status.leading() && status.term() > newest) {
                newest = status.term();
                found = member.getKey();
            }
        }
        return found;
    }

    @Override
    public CompletableFuture<Reply> call(String member, long id, Action action, Duration deadline) {
        JvmMember called = running.get(member);
        if (localReads && called != null && action.verb().isRead()) {
            return CompletableFuture.completedFuture(
                    Reply.returned(called.objects().read(action)));
        }
        return called == null
                ? CompletableFuture.completedFuture(Reply.notApplied("the rig has stopped " + member))
                : called.calls().call(id, action, deadline);
    }

    @Override
    public void reset(long id) {
        // Every round has members and disks of its own.
        awaitLeader();
    }

    private void awaitLeader() {
        Await.until(
                "a leader",
                PATIENCE,
                () -> running.values().stream()
                                .anyMatch(member -> member.status().leading())
                        ? null
                        : "nobody leads");
    }

    @Override
    public @Nullable Sight look(String member) {
        JvmMember looked = running.get(member);
        if (looked == null) {
            return null;
        }
        NodeStatus status = looked.status();
        return new Sight(status.leading(), status.term(), status.appliedIndex(), status.caughtUp(), status.failure());
    }

    private ObjectStore objects(String member) {
        return Objects.requireNonNull(running.get(member), member).objects();
    }

    @Override
    public Map<Long, Long> digests(String member) {
        return objects(member).digests();
    }

    @Override
    public Applied applied(String member) {
        return new Applied(objects(member).applied(), objects(member).appliedTwice());
    }

    void healNetwork() {
        running.values().forEach(member -> member.network().healAll());
    }

    @Override
    public void recover() {
        healNetwork();
        running.values().forEach(member -> member.disk().heal());
        for (String name : members()) {
            if (find(name).map(member -> member.status().failure()).isPresent()) {
                stop(name);
            }
            start(name);
        }
        Await.until("all members have applied the same", PATIENCE, () -> {
            // A member may fail late, by a fault that has ended; a restart is all it needs.
            for (String name : members()) {
                if (find(name).map(member -> member.status().failure()).isPresent()) {
                    stop(name);
                    start(name);
                }
            }
            Set<Long> applied = new TreeSet<>();
            boolean caughtUp = true;
            int leading = 0;
            for (JvmMember member : running.values()) {
                NodeStatus status = member.status();
                applied.add(status.appliedIndex());
                caughtUp &= status.caughtUp();
                leading += status.leading() ? 1 : 0;
            }
            return applied.size() == 1 && caughtUp && leading == 1
                    ? null
                    : "applied " + applied + ", caught up: " + caughtUp + ", leading: " + leading;
        });
    }

    @Override
    public boolean running(String member) {
        return running.containsKey(member);
    }

    @Override
    public void close() {
        members().forEach(this::stop);
    }
}
