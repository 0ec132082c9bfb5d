package io.raftify.chaos.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.raftify.chaos.jvm.Impatience;
import io.raftify.chaos.jvm.NodeCalls;
import io.raftify.chaos.process.Wire.Answer;
import io.raftify.chaos.process.Wire.Gauges;
import io.raftify.chaos.process.Wire.Request;
import io.raftify.chaos.round.ObjectStore;
import io.raftify.chaos.round.Reply;
import io.raftify.chaos.round.Subject;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.RaftNodeSettings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** One member in a process of its own: {@code NODE-ID DATA-DIR SOCKET ELECTION-MS SNAPSHOT-ENTRIES ID=HOST:PORT...}. */
public final class MemberMain {

    private final RaftNode node;
    private final ObjectStore objects = new ObjectStore();
    private final NodeCalls calls;
    private final Set<Long> led = new ConcurrentSkipListSet<>();
    // Calls end on the member's threads, which must wait neither for the rig to read nor for a cold JVM's first JSON.
    private final ExecutorService answers = Executors.newSingleThreadExecutor();
    // What is asked of the member itself must not wait behind what is asked of its node.
    private final ExecutorService looks = Executors.newSingleThreadExecutor();

    private MemberMain(RaftNodeSettings settings) {
        node = RaftNode.create(settings, objects);
        calls = new NodeCalls(node, objects);
        node.addListener(new RaftNodeListener() {
            @Override
            public void leaderChanged(long term, @Nullable String leaderId) {
                if (settings.nodeId().equals(leaderId)) {
                    led.add(term);
                }
            }
        });
    }

    public static void main(String[] args) throws IOException {
        RaftNodeSettings.Builder settings = RaftNodeSettings.builder()
                .nodeId(args[0])
                .clusterName("chaos")
                .dataDir(Path.of(args[1]))
                .electionTimeout(Duration.ofMillis(Long.parseLong(args[3])))
                .snapshotEntries(Integer.parseInt(args[4]))
                // The namespaces of rig (c) are no loopback, and hold no other hosts.
                .allowInsecure(!args[5].contains("=127.0.0.1:"));
        Arrays.stream(args).skip(5).forEach(peer -> {
            int equals = peer.indexOf('=');
            int colon = peer.lastIndexOf(':');
            settings.peer(
                    peer.substring(0, equals),
                    new PeerAddress(peer.substring(equals + 1, colon), Integer.parseInt(peer.substring(colon + 1))));
        });
        new MemberMain(settings.build()).run(Path.of(args[2]));
    }

    private void run(Path socket) throws IOException {
        node.start();
        // Until the process ends.
        var unused = new Impatience(node, objects);
        Files.deleteIfExists(socket);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            while (true) {
                SocketChannel channel = server.accept();
                Thread connection = new Thread(() -> serve(channel), "chaos-connection");
                connection.setDaemon(true);
                connection.start();
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8))) {
            String line;
            while ((line = in.readLine()) != null) {
                handle(Wire.JSON.readValue(line, Request.class), channel);
            }
        } catch (IOException rigHasGone) {
            System.out.println("The rig has gone: " + rigHasGone);
        }
    }

    private void handle(Request request, SocketChannel channel) {
        long number = request.number();
        switch (request.kind()) {
            case CALL -> {
                var unused = calls.call(
                                request.id(),
                                Objects.requireNonNull(request.action()),
                                Duration.ofMillis(request.deadlineMillis()))
                        .handle((reply, offence) -> {
                            answers.execute(() -> send(channel, outcome(number, reply, offence)));
                            return null;
                        });
            }
            case RESET -> {
                var unused = node.propose(ObjectStore.reset(request.id()), Duration.ofMillis(request.deadlineMillis()))
                        .handle((done, failure) -> {
                            Reply reply = failure == null
                                    ? Reply.returned("ok")
                                    : Reply.notApplied(String.valueOf(failure.getMessage()));
                            answers.execute(() -> send(channel, outcome(number, reply, null)));
                            return null;
                        });
            }
            default -> looks.execute(() -> send(channel, look(request)));
        }
    }

    private static Answer outcome(long number, @Nullable Reply reply, @Nullable Throwable offence) {
        return reply == null
                ? new Answer(
                        number,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        String.valueOf(offence instanceof CompletionException ? offence.getCause() : offence))
                : new Answer(number, reply.fate(), reply.result(), reply.reason(), null, null, null, null, null, null);
    }

    private Answer look(Request request) {
        long number = request.number();
        return switch (request.kind()) {
            case LOOK -> {
                NodeStatus status = node.status();
                yield new Answer(
                        number,
                        null,
                        null,
                        null,
                        new Subject.Sight(
                                status.leading(),
                                status.term(),
                                status.appliedIndex(),
                                status.caughtUp(),
                                status.failure()),
                        Set.copyOf(led),
                        null,
                        null,
                        null,
                        null);
            }
            case DIGESTS -> new Answer(number, null, null, null, null, null, objects.digests(), null, null, null);
            case APPLIED ->
                new Answer(
                        number,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        new Subject.Applied(objects.applied(), objects.appliedTwice()),
                        null,
                        null);
            default -> new Answer(number, null, null, null, null, null, null, null, gauges(), null);
        };
    }

    private static Gauges gauges() {
        System.gc();
        String[] files = new File("/proc/self/fd").list();
        return new Gauges(
                ManagementFactory.getThreadMXBean().getThreadCount(),
                files == null ? -1 : files.length,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    private static void send(SocketChannel channel, Answer answer) {
        ByteBuffer bytes = ByteBuffer.wrap((Wire.JSON.writeValueAsString(answer) + "\n").getBytes(UTF_8));
        try {
            synchronized (channel) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException rigHasGone) {
            System.out.println("The rig has gone: " + rigHasGone);
        }
    }
}
