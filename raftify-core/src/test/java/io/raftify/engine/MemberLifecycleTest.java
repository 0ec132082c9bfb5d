package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.PeerAddress;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.StorageType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MemberLifecycleTest {

    /** What the engine keeps once per JVM and offers no way to end (docs/decisions/0004), and what this test starts. */
    private static final Set<String> NOT_OF_A_MEMBER =
            Set.of("JRaft-Group-Default-Executor", "JRaft-Internal-Closure-Executor", "awaitility-thread");

    @TempDir
    Path directory;

    private final int port = FreePorts.one();

    private RaftNodeSettings.Builder settings() {
        return RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("alone")
                .dataDir(directory.resolve("n1"))
                .peer("n1", new PeerAddress("127.0.0.1", port));
    }

    private static String write(RaftNode node, String line) {
        return new String(
                node.propose(line.getBytes(UTF_8), Duration.ofSeconds(30)).join(), UTF_8);
    }

    @Test
    void a_closed_member_leaves_no_thread_no_port_and_no_lock() throws Exception {
        // Once before, so that what the libraries make once per JVM is there already.
        startWriteClose();
        Set<String> before = threads();

        for (int i = 0; i < 3; i++) {
            startWriteClose();
        }

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(threads()).isSubsetOf(before).noneMatch(name -> name.startsWith("raftify-")));
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.isBound()).isTrue();
        }
    }

    private void startWriteClose() {
        try (RaftNode node = RaftNode.create(settings().build(), new Ledger())) {
            node.start();
            write(node, "a");
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .map(name -> name.replaceAll("[-0-9/]+$", ""))
                .filter(name -> !NOT_OF_A_MEMBER.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void a_member_in_memory_says_that_it_keeps_nothing_and_leaves_nothing_behind() throws Exception {
        // Nobody else's name: other members in memory may run on this machine.
        String name = "n" + ProcessHandle.current().pid() + "-" + port;
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId(name)
                .storageType(StorageType.MEMORY)
                .peer(name, new PeerAddress("127.0.0.1", port))
                .build();
        assertThat(temporaryDirectories(name)).isEmpty();
        try (RaftNode node = RaftNode.create(settings, new Ledger())) {
            node.start();
            assertThat(write(node, "a")).isEqualTo("1");
            assertThat(node.status().storage().type()).isEqualTo("memory");
            assertThat(node.status().storage().durability()).isEqualTo("none");
            assertThat(temporaryDirectories(name)).isNotEmpty();
        }
        assertThat(temporaryDirectories(name)).isEmpty();
    }

    private static Set<Path> temporaryDirectories(String nodeId) throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("raftify-" + nodeId + "-"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void before_start_and_after_close_a_member_refuses_and_its_status_can_be_asked() {
        RaftNode node = RaftNode.create(settings().build(), new Ledger());
        assertThat(node.status().role()).isEqualTo(Role.STOPPED);
        refuses(node);

        node.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> node.status().leading());
        assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("started");
        node.close();

        assertThat(node.status().role()).isEqualTo(Role.STOPPED);
        refuses(node);
        node.close();
        assertThatIllegalStateException().isThrownBy(node::start).withMessageContaining("closed");
    }

    private static void refuses(RaftNode node) {
        assertThatThrownBy(() -> write(node, "a")).cause().isInstanceOf(NodeStoppedException.class);
        assertThatThrownBy(() -> node.readIndex(Duration.ofSeconds(1)).join())
                .cause()
                .isInstanceOf(ReadUnavailableException.class);
    }

    @Test
    void a_port_that_is_taken_is_named_and_the_directory_is_free_again() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            long start = System.nanoTime();
            assertThatThrownBy(() ->
                            RaftNode.create(settings().build(), new Ledger()).start())
                    .isInstanceOfSatisfying(
                            NodeStartException.class,
                            refusal -> assertThat(refusal.reason())
                                    .isEqualTo(NodeStartException.Reason.ADDRESS_UNAVAILABLE))
                    .hasMessageContaining(Integer.toString(port));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("it does not wait for an engine that never started")
                    .isLessThan(EngineStop.PATIENCE);
        }
        startWriteClose();
    }

    @Test
    void a_second_member_on_the_same_directory_is_refused() {
        try (RaftNode first = RaftNode.create(settings().build(), new Ledger())) {
            first.start();
            RaftNodeSettings sameDirectory = settings()
                    .peers(java.util.Map.of("n1", new PeerAddress("127.0.0.1", FreePorts.one())))
                    .build();
            assertThatThrownBy(
                            () -> RaftNode.create(sameDirectory, new Ledger()).start())
                    .isInstanceOfSatisfying(
                            NodeStartException.class,
                            refusal ->
                                    assertThat(refusal.reason()).isEqualTo(NodeStartException.Reason.DIRECTORY_IN_USE));
            assertThat(write(first, "a")).as("the first one goes on").isEqualTo("1");
        }
    }

    @Test
    void a_damaged_snapshot_is_found_at_start_and_nothing_is_served() throws Exception {
        try (RaftNode node = RaftNode.create(settings().build(), new Ledger())) {
            node.start();
            write(node, "a");
            node.snapshot().get(20, TimeUnit.SECONDS);
        }
        Path state;
        try (var files = Files.walk(directory)) {
            state = files.filter(file -> file.getFileName().toString().equals(SnapshotFile.NAME))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);

        assertThatThrownBy(
                        () -> RaftNode.create(settings().build(), new Ledger()).start())
                .isInstanceOfSatisfying(
                        NodeStartException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(NodeStartException.Reason.STATE_NOT_RESTORED))
                .hasMessageContaining(state.toString());

        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);
        Ledger restored = new Ledger();
        try (RaftNode node = RaftNode.create(settings().build(), restored)) {
            node.start();
            node.readIndex(Duration.ofSeconds(20)).join();
            assertThat(restored.lines()).containsExactly("a");
        }
    }

    @Test
    void proposals_in_flight_when_a_member_closes_end_at_once_as_unknown_or_surely_not_applied() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            cluster.cut(leader.name);
            List<CompletableFuture<byte[]>> written = java.util.stream.IntStream.range(0, 20)
                    .mapToObj(i -> leader.propose("line-" + i))
                    .toList();

            cluster.stop(leader.name);

            assertThat(written)
                    .allSatisfy(write -> assertThatThrownBy(() -> write.get(5, TimeUnit.SECONDS))
                            .isInstanceOf(ExecutionException.class)
                            .cause()
                            .isInstanceOfAny(OutcomeUnknownException.class, ProposalRejectedException.class));
        }
    }

    @Test
    void a_member_whose_disk_hangs_stops_within_its_time_and_one_whose_disk_goes_on_stops_at_once() throws Exception {
        try (TestCluster cluster = TestCluster.of(1, directory)) {
            cluster.withStores(UnreliableStore::new).startAll();
            cluster.leader().write("first");
            UnreliableStore.Stall stall = ((UnreliableStore) cluster.leader().store()).stallNextWrite();
            CompletableFuture<byte[]> hanging = cluster.leader().propose("second");
            stall.awaitReached();

            long begin = System.nanoTime();
            cluster.stop("n1");

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("its time, and what the machine stalls; the disk hangs for ever")
                    .isBetween(EngineStop.PATIENCE, EngineStop.PATIENCE.plusSeconds(8));
            assertThatThrownBy(() -> hanging.get(5, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(OutcomeUnknownException.class);
            stall.letGo();
        }
        try (TestCluster cluster = TestCluster.of(1, directory.resolve("other")).startAll()) {
            cluster.leader().write("first");
            long begin = System.nanoTime();
            cluster.stop("n1");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(EngineStop.PATIENCE);
        }
    }
}
