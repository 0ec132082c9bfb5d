package io.raftify.benchmarks.contender;

import java.nio.file.Path;
import java.util.List;

/** Which member of three one is. */
record Seat(int index, List<Integer> ports, Path directory) {

    static final int MEMBERS = 3;
    static final int PORTS_EACH = 4;
    static final String HOST = "127.0.0.1";

    String name() {
        return name(index);
    }

    static String name(int member) {
        return "n" + (member + 1);
    }

    /** @param number 0 to 3 */
    int port(int member, int number) {
        return ports.get(member * PORTS_EACH + number);
    }
}
