package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.SOON;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure;
import io.raftify.transport.TestMembers.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Finding peers, waiting for them, and where plain text may go. */
class ConnectingTest extends MembersTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private GrpcMemberTransport transport(RaftNodeSettings settings, HostLookup lookup) {
        return new GrpcMemberTransport(settings, TransportLimits.forFramesOf(settings.maxFrameSize()), lookup);
    }

    @Test
    void aPeerThatIsNotThereYetIsMentionedOnceAndFoundSoonAfterItStarts() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        long begin = System.nanoTime();
        RaftNodeSettings settings = settings("n1", Map.of("n1", peers.get("n1"), "n2", peers.get("n2")))
                .build();
        GrpcMemberTransport n1 = start(
                transport(settings, host -> {
                    attempts.incrementAndGet();
                    return InetAddress.getAllByName(host);
                }),
                ECHO);

        awaitError(n1, "n2", "Connection refused");
        await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> {
            call(n1, "n2", "are you there?");
            return !n1.connected("n2");
        });

        assertThat(log.infos().stream().filter(line -> line.contains("n1 waits for n2 at " + peers.get("n2"))))
                .hasSize(1);
        assertThat(log.warnings()).isEmpty();
        int seconds = (int) Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        assertThat(attempts.get()).as("attempts in %d s", seconds).isBetween(2, 10 * seconds);

        member("n2", ECHO);
        long start = System.nanoTime();
        awaitConnected(n1, "n2");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("two seconds at most until it tries again, and once more in case the machine stalls then")
                .isLessThan(Duration.ofSeconds(8));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.infos())
                        .anySatisfy(line -> assertThat(line).contains("n1 is connected to n2")));
    }

    @Test
    void aNameIsLookedUpAnewForEveryConnection() throws Exception {
        Map<String, PeerAddress> named = Map.of(
                "n1",
                peers.get("n1"),
                "n2",
                new PeerAddress("n2.example", peers.get("n2").port()));
        InetAddress nowhere = InetAddress.getByName("127.9.9.9");
        AtomicReference<InetAddress> n2IsAt = new AtomicReference<>(nowhere);
        GrpcMemberTransport n1 = start(
                transport(settings("n1", named).build(), host ->
                        new InetAddress[] {host.equals("n2.example") ? n2IsAt.get() : InetAddress.getByName(host)}),
                ECHO);
        member("n2", ECHO);
        awaitError(n1, "n2", "127.9.9.9");

        n2IsAt.set(LOOPBACK);

        awaitConnected(n1, "n2");
        assertThat(ended(call(n1, "n2", "moved")).text()).isEqualTo("moved");
    }

    @Test
    void aNameWithSeveralAddressesIsTriedAtAllOfThem() throws Exception {
        Map<String, PeerAddress> named = Map.of(
                "n1",
                peers.get("n1"),
                "n2",
                new PeerAddress("n2.example", peers.get("n2").port()));
        InetAddress nowhere = InetAddress.getByName("127.9.9.9");
        GrpcMemberTransport n1 = start(
                transport(
                        settings("n1", named).build(),
                        host -> host.equals("n2.example")
                                ? new InetAddress[] {nowhere, LOOPBACK}
                                : InetAddress.getAllByName(host)),
                ECHO);
        member("n2", ECHO);

        awaitConnected(n1, "n2");
    }

    @Test
    void aNameThatNobodyKnowsIsTheLastError() {
        Map<String, PeerAddress> named = Map.of("n1", peers.get("n1"), "n2", new PeerAddress("n2.example", 9));
        GrpcMemberTransport n1 = start(
                transport(settings("n1", named).build(), host -> {
                    if (host.equals("n2.example")) {
                        throw new UnknownHostException(host);
                    }
                    return InetAddress.getAllByName(host);
                }),
                ECHO);

        awaitError(n1, "n2", "n2.example", "cannot be looked up");
    }

    @Test
    void aPeerThatAcceptsConnectionsButSaysNothingIsGivenUpAndTriedAgain() throws Exception {
        try (ServerSocket silent = new ServerSocket(peers.get("n2").port(), 50, LOOPBACK)) {
            GrpcMemberTransport n1 = member("n1", ECHO);
            awaitError(n1, "n2", "no greeting from n2 within 3000 ms");
        }
        GrpcMemberTransport n1 = member(settings("n3", peers), ECHO);
        member("n2", ECHO);
        awaitConnected(n1, "n2");
    }

    @Test
    void aStreamToAnEarlierProcessOfAPeerIsGivenUpWhenTheNewOneCalls() throws Exception {
        try (SilencingProxy proxy = new SilencingProxy(peers.get("n3"))) {
            GrpcMemberTransport n1 = member(settings("n1", Map.of("n1", peers.get("n1"), "n3", proxy.address())), ECHO);
            List<String> connected = new CopyOnWriteArrayList<>();
            n1.onConnected(connected::add);
            GrpcMemberTransport earlier = member("n3", ECHO);
            awaitConnected(n1, "n3");

            proxy.silenceWhatIsOpen();
            earlier.close();
            assertThat(n1.connected("n3")).as("nobody has told n1").isTrue();
            GrpcMemberTransport restarted = member("n3", ECHO);

            await().atMost(SOON).untilAsserted(() -> assertThat(connected).containsExactly("n3", "n3"));
            assertThat(log.infos()).anySatisfy(line -> assertThat(line).contains("n3 has been restarted"));
            awaitConnected(restarted, "n1");
            assertThat(ended(call(restarted, "n1", "it is me")).text()).isEqualTo("it is me");
            assertThat(ended(call(n1, "n3", "it is you")).text()).isEqualTo("it is you");
        }
    }

    @Test
    void aPeerThatDiesWithoutAWordIsFoundByItsSilence() throws Exception {
        try (SilencingProxy proxy = new SilencingProxy(peers.get("n2"))) {
            GrpcMemberTransport n1 = member(settings("n1", Map.of("n1", peers.get("n1"), "n2", proxy.address())), ECHO);
            member("n2", ECHO);
            awaitConnected(n1, "n2");
            CompletableFuture<Outcome> before = call(n1, "n2", "before");
            assertThat(ended(before).text()).isEqualTo("before");

            proxy.silence();
            CompletableFuture<Outcome> lost = call(n1, "n2", ByteString.copyFromUtf8("lost"), Duration.ofMinutes(5));

            // gRPC asks no earlier than after 10 s; then 5 s are left to answer
            await().atMost(Duration.ofSeconds(30)).until(() -> !n1.connected("n2"));
            assertThat(ended(lost).kind()).isEqualTo(CallFailure.Kind.UNKNOWN);
        }
    }

    @Test
    void plainTextDoesNotLeaveTheLoopbackInterface() throws Exception {
        Map<String, PeerAddress> named = Map.of("n1", peers.get("n1"), "n2", new PeerAddress("n2.example", 9090));
        HostLookup lookup = host -> new InetAddress[] {
            host.equals("n2.example") ? InetAddress.getByName("192.0.2.7") : InetAddress.getByName(host)
        };
        GrpcMemberTransport n1 = start(transport(settings("n1", named).build(), lookup), ECHO);

        awaitError(n1, "n2", "192.0.2.7", "raftify.transport.ssl.bundle", "raftify.transport.allow-insecure");
        awaitWarning("n1 cannot use n2", "plain text may not leave the loopback interface");
    }

    @Test
    void plainTextLeavesTheLoopbackInterfaceWhenThatIsAllowedWhichIsSaidOnce() throws Exception {
        RaftNodeSettings.Builder n1Settings = settings("n1", peers).allowInsecure(true);
        GrpcMemberTransport n1 = member(n1Settings, ECHO);
        member("n2", ECHO);

        awaitConnected(n1, "n2");
        assertThat(log.warnings()).singleElement().asString().contains("raftify.transport.allow-insecure");
    }

    @Test
    void aMemberWhoseOwnAddressIsNotLoopbackDoesNotStartInPlainText() throws Exception {
        Map<String, PeerAddress> named =
                Map.of("n1", new PeerAddress("n1.example", peers.get("n1").port()));
        HostLookup lookup = host -> new InetAddress[] {InetAddress.getByName("192.0.2.7")};
        GrpcMemberTransport n1 = transport(settings("n1", named).build(), lookup);

        assertThatThrownBy(() -> start(n1, ECHO))
                .isInstanceOfSatisfying(
                        NodeStartException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SECURITY))
                .hasMessageContaining("n1.example")
                .hasMessageContaining("raftify.transport.ssl.bundle")
                .hasMessageContaining("raftify.transport.allow-insecure");
    }

    @Test
    void aBindAddressBeyondLoopbackNeedsSecurityToo() {
        GrpcMemberTransport n1 = new GrpcMemberTransport(
                settings("n1", peers).bindAddress("0.0.0.0").build());

        assertThatThrownBy(() -> start(n1, ECHO))
                .isInstanceOfSatisfying(
                        NodeStartException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SECURITY))
                .hasMessageContaining("raftify.transport.bind-address");
    }

    @Test
    void aTakenPortIsNamedTogetherWithTheRemedy() throws Exception {
        try (ServerSocket taken = new ServerSocket(peers.get("n1").port(), 1, LOOPBACK)) {
            assertThatThrownBy(() -> member("n1", ECHO))
                    .isInstanceOfSatisfying(
                            NodeStartException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS_UNAVAILABLE))
                    .hasMessageContaining("127.0.0.1 port " + taken.getLocalPort())
                    .hasMessageContaining("in use")
                    .hasMessageContaining("raftify.cluster.peers.n1");
        }
    }

    @Test
    void theServerListensOnlyOnceStarted() throws Exception {
        GrpcMemberTransport n1 = new GrpcMemberTransport(settings("n1", peers).build());
        try (ServerSocket free = new ServerSocket(peers.get("n1").port(), 1, LOOPBACK)) {
            assertThat(free.isBound()).isTrue();
        }
        start(n1, ECHO);
        assertThatThrownBy(() -> new ServerSocket(peers.get("n1").port(), 1, LOOPBACK).close())
                .hasMessageContaining("in use");
    }
}
