package io.raftify.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine that nobody listens on at the moment, below those that the system gives to outgoing connections:
 * members dial each other before they listen, and such a connection might get the very port that it dials.
 */
public final class FreePorts {

    private static final int LOWEST = 15_000;
    private static final int FIRST_OF_THE_SYSTEM = 32_768;

    private FreePorts() {}

    /** All are held at once, so that none is given out twice. */
    public static List<Integer> find(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < count) {
                try {
                    sockets.add(new ServerSocket(ThreadLocalRandom.current().nextInt(LOWEST, FIRST_OF_THE_SYSTEM)));
                } catch (BindException taken) {
                    continue;
                }
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }
}
