package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStatus;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.Role;
import io.raftify.storage.memory.InMemoryMemberStore;
import io.raftify.transport.inprocess.InProcessNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole members on a network in this process, and their sudden end. */
class InProcessMemberTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    private final InProcessNetwork network = new InProcessNetwork();
    private final Map<String, PeerAddress> peers = new LinkedHashMap<>();
    private final Map<String, InProcessMember> members = new LinkedHashMap<>();
    private final Map<String, Ledger> ledgers = new LinkedHashMap<>();

    @TempDir
    Path directory;

    private void start(String... nodeIds) {
        for (String nodeId : nodeIds) {
            RaftNodeSettings settings = RaftNodeSettings.builder()
                    .nodeId(nodeId)
                    .clusterName("test")
                    .dataDir(directory.resolve(nodeId))
                    .peers(peers)
                    .electionTimeout(ELECTION_TIMEOUT)
                    .build();
            Ledger ledger = new Ledger();
            InProcessMember member = new InProcessMember(settings, ledger, network);
            member.node().start();
            members.put(nodeId, member);
            ledgers.put(nodeId, ledger);
        }
    }

    private void startThree() {
        for (int i = 1; i <= 3; i++) {
            peers.put("n" + i, new PeerAddress("in-process", i));
        }
        start("n1", "n2", "n3");
    }

    @AfterEach
    void stopThem() {
        members.values().forEach(member -> member.node().close());
    }

    private String leader() {
        return await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> members.entrySet().stream()
                                .filter(each -> each.getValue().node().status().leading())
                                .map(Map.Entry::getKey)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void write(String line) throws Exception {
        RaftNode node = members.get(leader()).node();
        node.propose(line.getBytes(UTF_8), Duration.ofSeconds(10)).get(20, TimeUnit.SECONDS);
    }

    @Test
    void threeMembersAgreeWithoutASocket() throws Exception {
        startThree();

        write("one");
        write("two");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ledgers.values())
                        .allSatisfy(ledger -> assertThat(ledger.lines()).containsExactly("one", "two")));
    }

    @Test
    void aCrashedLeaderHandsNothingOverAndOneThatIsAskedToDoes() throws Exception {
        startThree();
        write("one");
        String first = leader();

        long crashed = System.nanoTime();
        members.remove(first).crash();
        leader();
        Duration afterCrash = Duration.ofNanos(System.nanoTime() - crashed);
        start(first);
        write("two");
        await().atMost(SOON).until(() -> members.get(first).node().status().caughtUp());

        String second = leader();
        long asked = System.nanoTime();
        assertThat(members.get(second).node().handOverLeadership(Duration.ofSeconds(10)))
                .isTrue();
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> !leader().equals(second));
        Duration afterHandOver = Duration.ofNanos(System.nanoTime() - asked);

        assertThat(afterCrash)
                .as("the others wait until they miss its heartbeats")
                .isGreaterThan(ELECTION_TIMEOUT.dividedBy(2));
        assertThat(afterHandOver).as("the successor was told").isLessThan(afterCrash);
    }

    @Test
    void whatWasAcknowledgedSurvivesTheCrashOfAllAtOnce() throws Exception {
        startThree();
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            write("line " + i);
            written.add("line " + i);
        }
        for (InProcessMember member : members.values()) {
            member.crash();
            NodeStatus status = member.node().status();
            assertThat(status.role()).isEqualTo(Role.STOPPED);
            assertThat(status.failure()).contains("killed");
        }
        members.clear();

        start("n1", "n2", "n3");

        leader();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ledgers.values())
                        .allSatisfy(ledger -> assertThat(ledger.lines()).containsExactlyElementsOf(written)));
    }

    @Test
    void nothingIsWrittenAfterACrashWhateverClosingWouldBringToTheDisk() {
        InMemoryMemberStore disk = InMemoryMemberStore.create();
        CrashableStore store = new CrashableStore(disk);
        assertThat(store.meta().setTerm(1)).isTrue();
        assertThat(store.failure()).isNull();

        store.crash();

        assertThat(store.failure()).as("known before a write fails").isNotNull();
        assertThat(store.meta().setTerm(2)).isFalse();
        assertThat(store.log().reset(7)).isFalse();
        assertThat(store.incarnations().meet("n2", new UUID(1, 1))).isFalse();
        assertThat(disk.meta().getTerm()).isEqualTo(1);
        assertThat(disk.log().getFirstLogIndex()).isEqualTo(1);
        assertThat(disk.incarnations().met("n2")).isNull();
    }

    @Test
    void noThreadIsLeftWhenAllMembersHaveStopped() throws Exception {
        startThree();
        write("one");
        members.get("n1").crash();
        members.get("n2").node().close();
        members.get("n3").node().close();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("raftify-n")));
    }
}
