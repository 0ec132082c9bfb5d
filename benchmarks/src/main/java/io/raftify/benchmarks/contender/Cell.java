package io.raftify.benchmarks.contender;

import java.io.Serializable;

/**
 * One thing to measure.
 *
 * @param payload bytes of one write
 * @param inFlight how many operations are under way at any moment
 */
public record Cell(Operation operation, int payload, int inFlight) implements Serializable {

    public String text() {
        String size = payload >= 1024 ? payload / 1024 + " KiB" : payload + " B";
        return switch (operation) {
            case WRITE, WRITE_ON_FOLLOWER, MIXED -> operation.text() + ", " + size + ", " + inFlight + " in flight";
            case READ_ON_LEADER, READ_ON_FOLLOWER, READ_LOCAL -> operation.text() + ", " + inFlight + " in flight";
        };
    }
}
