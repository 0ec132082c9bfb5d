package io.raftify.transport.grpc;

import io.raftify.node.PeerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes bytes on until it is told not to; connections stay open then, as with a host that lost its power. */
final class SilencingProxy implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final PeerAddress target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Set<Socket> silenced = ConcurrentHashMap.newKeySet();
    private volatile boolean silent;

    SilencingProxy(PeerAddress target) throws IOException {
        this.target = target;
        inBackground(() -> {
            while (true) {
                Socket from = server.accept();
                Socket to;
                try {
                    to = new Socket(target.host(), target.port());
                } catch (ConnectException notThereYet) {
                    from.close();
                    continue;
                }
                sockets.add(from);
                sockets.add(to);
                inBackground(() -> pass(from, to));
                inBackground(() -> pass(to, from));
            }
        });
    }

    PeerAddress address() {
        return new PeerAddress("127.0.0.1", server.getLocalPort());
    }

    void silence() {
        silent = true;
    }

    /** Later connections are passed on. */
    void silenceWhatIsOpen() {
        silenced.addAll(sockets);
    }

    private void pass(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            if (!silent && !silenced.contains(from)) {
                out.write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                Thread.currentThread().interrupt(); // the test is over
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
