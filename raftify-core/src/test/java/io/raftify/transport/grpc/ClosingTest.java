package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitAllConnected;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.PeerAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ClosingTest extends MembersTest {

    @Test
    void nothingIsLeftOfClosedMembers() throws Exception {
        await().atMost(SOON).until(() -> threads().isEmpty()); // of tests before
        Map<String, GrpcMemberTransport> members =
                Map.of("n1", member("n1", ECHO), "n2", member("n2", ECHO), "n3", member("n3", ECHO));
        awaitAllConnected(members);
        assertThat(threads()).isNotEmpty().allMatch(name -> name.startsWith("raftify-"));
        List<Duration> took = new ArrayList<>();

        for (GrpcMemberTransport member : members.values()) {
            long start = System.nanoTime();
            member.close();
            took.add(Duration.ofNanos(System.nanoTime() - start));
        }

        // The machine may stall during one of them, but closing that waits in vain would do so in all.
        assertThat(took)
                .anySatisfy(one -> assertThat(one).isLessThan(Duration.ofSeconds(2)))
                .allSatisfy(one -> assertThat(one).isLessThan(Duration.ofSeconds(6)));
        await().atMost(SOON).untilAsserted(() -> assertThat(threads()).isEmpty());
        for (PeerAddress address : peers.values()) {
            new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void aMemberThatWasNeverStartedOrFailedToStartLeavesNothing() throws Exception {
        await().atMost(SOON).until(() -> threads().isEmpty()); // of tests before
        new GrpcMemberTransport(settings("n1", peers).build()).close();
        try (ServerSocket taken = new ServerSocket(peers.get("n1").port(), 1, InetAddress.getLoopbackAddress())) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> member("n1", ECHO))
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }

        await().atMost(SOON).untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void aCallbackMayCloseTheTransport() throws Exception {
        GrpcMemberTransport n1 = member("n1", ECHO);
        member("n2", ECHO);
        awaitConnected(n1, "n2");
        CountDownLatch returned = new CountDownLatch(1);

        n1.call("n2", 1, ByteString.EMPTY, Duration.ofSeconds(10), (answer, failure) -> {
            n1.close();
            returned.countDown();
        });

        await().atMost(SOON).until(() -> returned.getCount() == 0);
        await().atMost(SOON).until(() -> !n1.connected("n2"));
        await().atMost(SOON).until(() -> threads().stream().noneMatch(name -> name.startsWith("raftify-n1-")));
    }

    /** Threads of the transport or of gRPC, whose shared ones would be a sign that they are used after all. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("raftify-") || name.startsWith("grpc-"))
                .sorted()
                .toList();
    }
}
