package io.raftify.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine that nobody listens on at the moment, below those that the system gives to outgoing connections:
 * members dial each other before they listen, and such a connection might get the very port that it dials.
 */
public final class FreePorts {

    private static final int FIRST_OF_THE_SYSTEM = 32_768;

    /** Test processes that run side by side, numbered from 1, have ports of their own; 0 if there is only one. */
    private static final int FORK = Integer.getInteger("raftify.test.fork", 0);

    private static final int LOWEST_OF_ALL = 15_000;
    private static final int MOST_FORKS = 4;
    private static final int PORTS_OF_A_FORK = (FIRST_OF_THE_SYSTEM - LOWEST_OF_ALL) / MOST_FORKS;

    private static final int LOWEST = FORK == 0 ? LOWEST_OF_ALL : LOWEST_OF_ALL + (FORK - 1) * PORTS_OF_A_FORK;
    private static final int BEYOND = FORK == 0 ? FIRST_OF_THE_SYSTEM : LOWEST + PORTS_OF_A_FORK;

    /** A member that is stopped for a while finds its port free again: it is nobody else's in this process. */
    private static final Set<Integer> GIVEN_OUT = new HashSet<>();

    private FreePorts() {}

    public static int one() {
        return find(1).get(0);
    }

    /** All are held at once, so that none is given out twice. */
    public static synchronized List<Integer> find(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < count) {
                int port = ThreadLocalRandom.current().nextInt(LOWEST, BEYOND);
                if (!GIVEN_OUT.add(port)) {
                    continue;
                }
                try {
                    sockets.add(new ServerSocket(port));
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
