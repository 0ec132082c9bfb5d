package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NoLeaderException;
import io.raftify.node.NodeStatus;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import io.raftify.storage.MemberStore;
import io.raftify.transport.FaultyTransport;
import io.raftify.transport.grpc.GrpcMemberTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.commons.io.FileUtils;

/** Members in this JVM: real engine, real LMDB, real gRPC on loopback, and a transport that can be cut. */
final class TestCluster implements AutoCloseable {

    static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
    /** For tests in which a stall of the disk must not end in an election. */
    static final Duration PATIENT_ELECTION_TIMEOUT = Duration.ofSeconds(4);

    private static final String AGREED = "agreed";
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Path directory;
    private final Map<String, PeerAddress> peers = new LinkedHashMap<>();
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Consumer<RaftNodeSettings.Builder> customizer;
    private UnaryOperator<MemberStore> stores = UnaryOperator.identity();
    private MemberParts.AppendHandler appends = MemberParts.standard().appends();
    private Consumer<Member> beforeStart = member -> {};
    private Supplier<Participation> participations = MemberParts.standard().participations();

    private TestCluster(Path directory, int size, Consumer<RaftNodeSettings.Builder> customizer) {
        this.directory = directory;
        this.customizer = customizer;
        List<Integer> ports = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            peers.put("n" + (i + 1), new PeerAddress("127.0.0.1", ports.get(i)));
        }
    }

    static TestCluster of(int size, Path directory) {
        return of(size, directory, settings -> {});
    }

    static TestCluster of(int size, Path directory, Consumer<RaftNodeSettings.Builder> customizer) {
        return new TestCluster(directory, size, customizer);
    }

    /** Wraps the stores of members started from now on. */
    TestCluster withStores(UnaryOperator<MemberStore> stores) {
        this.stores = stores;
        return this;
    }

    /** What decides for members started from now on whether they may speak. */
    TestCluster withParticipations(Supplier<Participation> participations) {
        this.participations = participations;
        return this;
    }

    /** How members started from now on handle append requests. */
    TestCluster withAppends(MemberParts.AppendHandler appends) {
        this.appends = appends;
        return this;
    }

    /** What is done to members from now on just before they start. */
    TestCluster beforeStart(Consumer<Member> action) {
        this.beforeStart = action;
        return this;
    }

    TestCluster startAll() {
        peers.keySet().forEach(this::start);
        return this;
    }

    Member start(String nodeId) {
        assertThat(members).doesNotContainKey(nodeId);
        RaftNodeSettings.Builder builder = RaftNodeSettings.builder()
                .nodeId(nodeId)
                .clusterName("test")
                .dataDir(directory.resolve(nodeId))
                .peers(peers)
                .electionTimeout(ELECTION_TIMEOUT);
        customizer.accept(builder);
        Member member = new Member(builder.build());
        beforeStart.accept(member);
        member.node.start();
        members.put(nodeId, member);
        return member;
    }

    void stop(String nodeId) {
        Member member = members.remove(nodeId);
        assertThat(member).as("running member %s", nodeId).isNotNull();
        member.node.close();
    }

    /** As {@link #stop}, in the middle of a line that is being held: it does not end. */
    void kill(String nodeId) {
        member(nodeId).ledger.breakOff();
        stop(nodeId);
    }

    /** Empties the data directory of a member that does not run: its disk is lost. */
    void wipe(String nodeId) {
        assertThat(members).doesNotContainKey(nodeId);
        try {
            FileUtils.deleteDirectory(directory.resolve(nodeId).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Member member(String nodeId) {
        Member member = members.get(nodeId);
        assertThat(member).as("running member %s", nodeId).isNotNull();
        return member;
    }

    List<Member> running() {
        return new ArrayList<>(members.values());
    }

    Set<String> names() {
        return peers.keySet();
    }

    Collection<PeerAddress> addresses() {
        return peers.values();
    }

    /** The leader of the newest term; waits for one only if there is none. */
    Member leader() {
        return newestLeader(any -> true).orElseGet(() -> {
            await().atMost(DEADLINE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> newestLeader(any -> true).isPresent());
            return leader();
        });
    }

    private Optional<Member> newestLeader(Predicate<Member> among) {
        return running().stream()
                .filter(among)
                .filter(member -> member.node.status().leading())
                .max(Comparator.comparingLong(member -> member.status().term()));
    }

    /** The leader of the newest term among the others: a member that is cut off may believe that it leads. */
    Member leaderOtherThan(Member member) {
        return await().atMost(DEADLINE)
                .until(() -> newestLeader(other -> other != member), Optional::isPresent)
                .orElseThrow();
    }

    Member follower() {
        Member leader = leader();
        return running().stream().filter(member -> member != leader).findFirst().orElseThrow();
    }

    /** Separates the members named from all others, in both directions. */
    void cut(String... names) {
        Set<String> group = Set.of(names);
        for (Member member : running()) {
            for (String other : peers.keySet()) {
                if (group.contains(member.name) != group.contains(other)) {
                    member.transport.cut(other);
                }
            }
        }
    }

    void heal() {
        for (Member member : running()) {
            peers.keySet().stream().filter(other -> !other.equals(member.name)).forEach(member.transport::heal);
        }
    }

    /** Waits until all running members have applied the same lines, at least these. Does not print them: they may be large. */
    void awaitAgreement(String... atLeast) {
        await().alias("all members have the same lines")
                .atMost(DEADLINE)
                .until(() -> agreement(atLeast), text -> text.equals(AGREED));
    }

    private String agreement(String... atLeast) {
        List<String> first = running().get(0).ledger.lines();
        Set<Long> applied = new TreeSet<>();
        List<Integer> sizes = new ArrayList<>();
        boolean same = true;
        for (Member member : running()) {
            List<String> lines = member.ledger.lines();
            same &= lines.equals(first);
            sizes.add(lines.size());
            applied.add(member.status().appliedIndex());
        }
        return same && applied.size() == 1 && first.containsAll(List.of(atLeast))
                ? AGREED
                : "lines " + sizes + ", applied " + applied;
    }

    @Override
    public void close() {
        // What is held would hold up the stop as well.
        running().forEach(member -> member.ledger.letGo());
        running().forEach(member -> member.node.close());
        members.clear();
    }

    /** A running member and what a test may do to it. */
    final class Member {

        final String name;
        final Ledger ledger = new Ledger();
        final JRaftNode node;
        private FaultyTransport transport;
        private MemberStore store;

        private Member(RaftNodeSettings settings) {
            this.name = settings.nodeId();
            this.node = new JRaftNode(
                    settings, ledger, new MemberParts(this::open, this::connect, appends, participations));
        }

        private MemberStore open(RaftNodeSettings settings) {
            store = stores.apply(MemberStores.open(settings));
            return store;
        }

        private FaultyTransport connect(RaftNodeSettings settings) {
            transport = new FaultyTransport(new GrpcMemberTransport(settings), 1);
            return transport;
        }

        FaultyTransport transport() {
            return transport;
        }

        MemberStore store() {
            return store;
        }

        EntryGate gate() {
            return node.running().givingUp().gate();
        }

        NodeStatus status() {
            return node.status();
        }

        CompletableFuture<byte[]> propose(String line) {
            return node.propose(line.getBytes(UTF_8), Duration.ofSeconds(10));
        }

        /** Proposes once and waits; the position of the line. Fails when leadership changes meanwhile. */
        int writeOnce(String line) {
            return Integer.parseInt(new String(get(propose(line)), UTF_8));
        }

        /**
         * Sees to it that a line of which there is only one is written once; its position. Leadership may change at any
         * moment on a machine whose disk stalls, and a test that is not about that must not fail by it.
         */
        int write(String line) {
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (true) {
                try {
                    return writeOnce(line);
                } catch (NoLeaderException notApplied) {
                    failAfter(end, notApplied);
                } catch (OutcomeUnknownException unknown) {
                    failAfter(end, unknown);
                    // A leader that answers reads has committed in its own term: what it does not have now never comes.
                    int position = readWithin(end).indexOf(line);
                    if (position >= 0) {
                        return position + 1;
                    }
                }
            }
        }

        private List<String> readWithin(long end) {
            while (true) {
                try {
                    return readOnce();
                } catch (ReadUnavailableException unavailable) {
                    failAfter(end, unavailable);
                }
            }
        }

        private static void failAfter(long end, RuntimeException failure) {
            if (System.nanoTime() - end > 0) {
                throw failure;
            }
        }

        /** What a linearizable read sees. Fails when there is no leader to confirm it just then. */
        List<String> readOnce() {
            get(node.readIndex(Duration.ofSeconds(10)));
            return ledger.lines();
        }

        /** What a linearizable read sees, however often leadership changes meanwhile. */
        List<String> read() {
            return readWithin(System.nanoTime() + DEADLINE.toNanos());
        }

        private <T> T get(CompletableFuture<T> future) {
            try {
                return future.get(20, TimeUnit.SECONDS);
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failed);
            } catch (TimeoutException | InterruptedException hung) {
                throw new AssertionError("a call of member " + name + " hung past its deadline", hung);
            }
        }
    }
}
