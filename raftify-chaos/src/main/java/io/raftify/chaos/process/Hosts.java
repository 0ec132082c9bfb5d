package io.raftify.chaos.process;

import java.util.List;

/** Where members run: on one machine's loopback, or each in a network of its own. */
public interface Hosts extends AutoCloseable {

    List<String> members();

    /** The process of a member, not started yet. */
    MemberProcess process(String member);

    /** Ends every fault of network and disk. */
    void heal();

    @Override
    void close();
}
