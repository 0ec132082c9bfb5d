package io.raftify.benchmarks.contender;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/** One ZooKeeper server and a client of it. Settings as they ship; only ports and directories are given. */
final class ZooKeeperMember implements Member {

    private static final String NODE = "/benchmark";
    private static final int SESSION_MILLIS = 30_000;

    private final Seat seat;
    private final Server server = new Server();
    private @Nullable ZooKeeper client;

    ZooKeeperMember(Seat seat) {
        this.seat = seat;
    }

    @Override
    public void start() throws Exception {
        // Its admin server is a web server of its own, and its beans of three members in one JVM have the same names.
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.jmx.log4j.disable", "true");
        Path data = Files.createDirectories(seat.directory().resolve("data"));
        Files.writeString(data.resolve("myid"), Integer.toString(seat.index() + 1), StandardCharsets.US_ASCII);
        Properties settings = new Properties();
        settings.setProperty("dataDir", data.toString());
        settings.setProperty("tickTime", "2000");
        settings.setProperty("initLimit", "10");
        settings.setProperty("syncLimit", "5");
        settings.setProperty("clientPortAddress", Seat.HOST);
        settings.setProperty("clientPort", Integer.toString(seat.port(seat.index(), 0)));
        for (int member = 0; member < Seat.MEMBERS; member++) {
            settings.setProperty(
                    "server." + (member + 1), Seat.HOST + ":" + seat.port(member, 1) + ":" + seat.port(member, 2));
        }
        QuorumPeerConfig config = new QuorumPeerConfig();
        config.parseProperties(settings);
        Thread thread = new Thread(() -> server.run(config), "zookeeper-" + seat.name());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean leading() {
        return server.state() == QuorumPeer.ServerState.LEADING;
    }

    @Override
    public CompletableFuture<?> write(byte[] value) throws Exception {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        client().setData(NODE, value, -1, (code, path, context, stat) -> end(answer, code, stat), null);
        return answer;
    }

    @Override
    public CompletableFuture<?> read() throws Exception {
        ZooKeeper open = client();
        CompletableFuture<Object> answer = new CompletableFuture<>();
        open.sync(
                NODE,
                (code, path, context) -> {
                    if (code != KeeperException.Code.OK.intValue()) {
                        end(answer, code, null);
                    }
                },
                null);
        // The session keeps the order, so this is answered after the sync.
        open.getData(NODE, false, (code, path, context, data, stat) -> end(answer, code, stat), null);
        return answer;
    }

    @Override
    public CompletableFuture<?> localRead() throws Exception {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        client().getData(NODE, false, (code, path, context, data, stat) -> end(answer, code, stat), null);
        return answer;
    }

    private static void end(CompletableFuture<Object> answer, int code, @Nullable Object result) {
        KeeperException.Code known = KeeperException.Code.get(code);
        if (known == KeeperException.Code.OK) {
            answer.complete(result);
        } else {
            answer.completeExceptionally(KeeperException.create(Objects.requireNonNull(known)));
        }
    }

    private synchronized ZooKeeper client() throws Exception {
        ZooKeeper open = client;
        if (open == null) {
            open = new ZooKeeper(Seat.HOST + ":" + seat.port(seat.index(), 0), SESSION_MILLIS, event -> {});
            try {
                open.create(NODE, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            } catch (KeeperException.NodeExistsException another) {
                // Another member's client, or an earlier run, was first.
                open.sync(NODE, (code, path, context) -> {}, null);
            }
            client = open;
        }
        return open;
    }

    @Override
    public void close() throws Exception {
        if (client != null) {
            client.close();
        }
        server.close();
    }

    private static final class Server extends QuorumPeerMain {

        void run(QuorumPeerConfig config) {
            try {
                runFromConfig(config);
            } catch (Exception failed) {
                throw new IllegalStateException("ZooKeeper did not start", failed);
            }
        }

        QuorumPeer.@Nullable ServerState state() {
            QuorumPeer peer = quorumPeer;
            return peer == null ? null : peer.getPeerState();
        }
    }
}
