package io.raftify.transport.grpc;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** From a host name to its addresses, anew each time; the JDK remembers found names for 30 s by default. May block. */
@FunctionalInterface
interface HostLookup {

    /** @return at least one */
    InetAddress[] lookUp(String host) throws UnknownHostException;
}
