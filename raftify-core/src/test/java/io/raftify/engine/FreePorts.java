package io.raftify.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine that nobody listens on at the moment, below those that the system gives to outgoing connections:
 * members dial each other before they listen, and such a connection might get the very port that it dials.
 *
 * <p>A member that is stopped for a while finds its port free again: each test process has a range for itself, also beside
 * other builds on the same machine, and goes through all of it before it gives a port out once more.
 */
public final class FreePorts {

    private static final int FIRST_OF_THE_SYSTEM = 32_768;
    private static final int LOWEST = 15_000;
    private static final int RANGES = 16;
    private static final int PORTS_OF_A_RANGE = (FIRST_OF_THE_SYSTEM - LOWEST) / RANGES;

    /** A range is held by the datagram port of its number, which ends with the process. */
    private static final int FIRST_HOLD = LOWEST - RANGES;

    private static final Range OWN = Range.take();
    private static int next = ThreadLocalRandom.current().nextInt(PORTS_OF_A_RANGE);

    private FreePorts() {}

    private record Range(int number, DatagramSocket hold) {

        static Range take() {
            for (int number = 0; number < RANGES; number++) {
                try {
                    return new Range(number, new DatagramSocket(FIRST_HOLD + number, InetAddress.getLoopbackAddress()));
                } catch (SocketException taken) {
                    continue;
                }
            }
            throw new IllegalStateException("The ports from " + LOWEST + " to " + FIRST_OF_THE_SYSTEM
                    + " are in use by " + RANGES + " other test processes.");
        }

        int port(int position) {
            return LOWEST + number * PORTS_OF_A_RANGE + position;
        }
    }

    public static int one() {
        return find(1).get(0);
    }

    /** All are held at once, so that none is given out twice. */
    public static synchronized List<Integer> find(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int tried = 0; sockets.size() < count; tried++) {
                if (tried == PORTS_OF_A_RANGE) {
                    throw new IllegalStateException("There are not " + count + " free ports from " + OWN.port(0)
                            + " to " + OWN.port(PORTS_OF_A_RANGE - 1) + ".");
                }
                next = (next + 1) % PORTS_OF_A_RANGE;
                try {
                    sockets.add(new ServerSocket(OWN.port(next)));
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
