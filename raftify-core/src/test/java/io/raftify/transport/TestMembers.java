package io.raftify.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftify.engine.FreePorts;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.transport.MemberTransport.InboundHandler;
import io.raftify.transport.grpc.GrpcMemberTransport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Addresses, settings and calls, in the words of the tests. */
public final class TestMembers {

    public static final Duration SOON = Duration.ofSeconds(20);

    /** Answers every call with its own payload. */
    public static final InboundHandler ECHO = (peer, kind, payload, responder) -> responder.answer(payload);

    private TestMembers() {}

    /** How a call ended. */
    public record Outcome(
            @Nullable ByteString answer, @Nullable CallFailure failure, Thread thread) {

        public String text() {
            if (answer == null) {
                throw new AssertionError("no answer: " + failure);
            }
            return answer.toStringUtf8();
        }

        public CallFailure.Kind kind() {
            if (failure == null) {
                throw new AssertionError("no failure, but an answer of " + answer);
            }
            return failure.kind();
        }

        public String why() {
            if (failure == null) {
                throw new AssertionError("no failure, but an answer of " + answer);
            }
            return failure.message();
        }
    }

    /** Members on free ports of the loopback interface. */
    public static Map<String, PeerAddress> addresses(String... nodeIds) {
        Map<String, PeerAddress> peers = new LinkedHashMap<>();
        List<Integer> ports = FreePorts.find(nodeIds.length);
        for (int i = 0; i < nodeIds.length; i++) {
            peers.put(nodeIds[i], new PeerAddress("127.0.0.1", ports.get(i)));
        }
        return peers;
    }

    public static RaftNodeSettings.Builder settings(String nodeId, Map<String, PeerAddress> peers) {
        return RaftNodeSettings.builder()
                .nodeId(nodeId)
                .clusterName("test")
                .peers(peers)
                .storageType(StorageType.MEMORY);
    }

    public static GrpcMemberTransport started(String nodeId, Map<String, PeerAddress> peers, InboundHandler handler) {
        return started(settings(nodeId, peers).build(), handler);
    }

    public static GrpcMemberTransport started(RaftNodeSettings settings, InboundHandler handler) {
        GrpcMemberTransport transport = new GrpcMemberTransport(settings);
        transport.start(handler);
        return transport;
    }

    public static CompletableFuture<Outcome> call(MemberTransport from, String to, String text) {
        return call(from, to, ByteString.copyFromUtf8(text), Duration.ofSeconds(10));
    }

    public static CompletableFuture<Outcome> call(
            MemberTransport from, String to, ByteString payload, Duration timeout) {
        return call(from, to, 7, payload, timeout);
    }

    public static CompletableFuture<Outcome> call(
            MemberTransport from, String to, int kind, ByteString payload, Duration timeout) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        from.call(to, kind, payload, timeout, (answer, failure) -> {
            if (!outcome.complete(new Outcome(answer, failure, Thread.currentThread()))) {
                outcome.obtrudeException(new AssertionError("the callback was called twice"));
            }
        });
        return outcome;
    }

    public static Outcome ended(CompletableFuture<Outcome> call) throws Exception {
        return call.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    public static void awaitConnected(MemberTransport member, String peer) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(member.connection(peer).lastError())
                        .as("why the member has not reached " + peer)
                        .isNull());
    }

    /** Three members and more: everybody to everybody. */
    public static void awaitAllConnected(Map<String, ? extends MemberTransport> members) {
        members.forEach((name, member) -> members.keySet().stream()
                .filter(peer -> !peer.equals(name))
                .forEach(peer -> awaitConnected(member, peer)));
    }
}
