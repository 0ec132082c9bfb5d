package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.google.protobuf.Message;
import io.raftify.node.ReadUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The moment in which a leader is elected and has committed nothing of its own yet, held open: it does not know what its
 * predecessor had committed, so no read may be answered by it (thesis, section 6.4, step 1).
 */
class FirstReadsOfALeaderTest {

    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration SHORT = Duration.ofMillis(700);

    @TempDir
    Path directory;

    /** Keeps entries from the members' logs; heartbeats and probes get through. */
    private static final class Gate implements MemberParts.AppendHandler {

        private final MemberParts.AppendHandler usual = MemberParts.standard().appends();
        private final List<Runnable> held = new ArrayList<>();
        private boolean closed;

        synchronized void close() {
            closed = true;
        }

        synchronized int held() {
            return held.size();
        }

        void open() {
            List<Runnable> now;
            synchronized (this) {
                closed = false;
                now = List.copyOf(held);
                held.clear();
            }
            now.forEach(Runnable::run);
        }

        @Override
        public @Nullable Message handle(NodeImpl node, AppendEntriesRequest request, RpcRequestClosure done) {
            synchronized (this) {
                if (closed && request.getEntriesCount() > 0) {
                    held.add(() -> {
                        Message answer = usual.handle(node, request, done);
                        if (answer != null) {
                            done.sendResponse(answer);
                        }
                    });
                    return null;
                }
            }
            return usual.handle(node, request, done);
        }
    }

    @Test
    void are_answered_when_an_entry_of_its_own_is_committed_and_not_before() throws Exception {
        Gate gate = new Gate();
        try (TestCluster cluster = TestCluster.of(3, directory, settings -> settings.electionTimeout(ELECTION_TIMEOUT))
                .withAppends(gate)
                .startAll()) {
            TestCluster.Member former = cluster.leader();
            former.write("acknowledged");
            cluster.awaitAgreement("acknowledged");

            gate.close();
            cluster.cut(former.name);
            TestCluster.Member elected = cluster.leaderOtherThan(former);
            await().alias("its first entry is on the way")
                    .atMost(TestCluster.DEADLINE)
                    .until(() -> gate.held() > 0);
            TestCluster.Member follower = cluster.running().stream()
                    .filter(member -> member != former && member != elected)
                    .findFirst()
                    .orElseThrow();

            Map<String, CompletableFuture<List<String>>> reads = new LinkedHashMap<>();
            for (TestCluster.Member member : List.of(elected, follower)) {
                reads.put("at " + member.name, seen(member, member.node.readIndex(TestCluster.DEADLINE)));
                reads.put("by lease at " + member.name, seen(member, member.node.leaseReadIndex(TestCluster.DEADLINE)));
                assertThatThrownBy(() -> member.node.readIndex(SHORT).join())
                        .cause()
                        .isInstanceOf(ReadUnavailableException.class);
                assertThatThrownBy(() -> member.node.leaseReadIndex(SHORT).join())
                        .cause()
                        .isInstanceOf(ReadUnavailableException.class);
            }
            assertThat(reads).allSatisfy((where, read) -> assertThat(read).isNotDone());
            assertThat(elected.status().leading())
                    .as("its heartbeats are answered")
                    .isTrue();

            gate.open();
            for (Map.Entry<String, CompletableFuture<List<String>>> read : reads.entrySet()) {
                assertThat(read.getValue().get(60, TimeUnit.SECONDS))
                        .as("read %s", read.getKey())
                        .contains("acknowledged");
            }
            cluster.heal();
            elected.write("after");
            cluster.awaitAgreement("acknowledged", "after");
        }
    }

    private static CompletableFuture<List<String>> seen(TestCluster.Member member, CompletableFuture<Long> read) {
        return read.thenApply(index -> member.ledger.lines());
    }
}
