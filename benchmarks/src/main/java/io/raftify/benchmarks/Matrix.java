package io.raftify.benchmarks;

import io.raftify.benchmarks.contender.Cell;
import io.raftify.benchmarks.contender.Operation;
import io.raftify.benchmarks.process.Layout;
import java.util.List;

/**
 * Which cells are measured. Not every payload with every number in flight: the numbers in flight at 128 bytes, and the
 * payloads where throughput shows; so a whole run ends within the hour.
 */
final class Matrix {

    static final int SMALL = 128;

    private Matrix() {}

    static List<Cell> cells(Layout layout, Options options) {
        if (!options.cells().isEmpty()) {
            return layout == Layout.PROCESSES ? options.cells() : List.of();
        }
        if (options.quick()) {
            return layout == Layout.PROCESSES
                    ? List.of(
                            new Cell(Operation.WRITE, SMALL, 1),
                            new Cell(Operation.WRITE, SMALL, 256),
                            new Cell(Operation.READ_ON_LEADER, 0, 1),
                            new Cell(Operation.READ_ON_FOLLOWER, 0, 1))
                    : List.of(new Cell(Operation.WRITE, SMALL, 1));
        }
        if (layout == Layout.ONE_PROCESS) {
            return List.of(
                    new Cell(Operation.WRITE, SMALL, 1),
                    new Cell(Operation.WRITE, SMALL, 256),
                    new Cell(Operation.READ_ON_LEADER, 0, 1),
                    new Cell(Operation.READ_ON_LEADER, 0, 256));
        }
        return List.of(
                new Cell(Operation.WRITE, SMALL, 1),
                new Cell(Operation.WRITE, SMALL, 16),
                new Cell(Operation.WRITE, SMALL, 256),
                new Cell(Operation.WRITE, SMALL, 1024),
                new Cell(Operation.WRITE, 16, 256),
                new Cell(Operation.WRITE, 10 << 10, 256),
                new Cell(Operation.WRITE, 64 << 10, 64),
                new Cell(Operation.WRITE_ON_FOLLOWER, SMALL, 1),
                new Cell(Operation.READ_ON_LEADER, 0, 1),
                new Cell(Operation.READ_ON_LEADER, 0, 256),
                new Cell(Operation.READ_ON_FOLLOWER, 0, 1),
                new Cell(Operation.READ_ON_FOLLOWER, 0, 256),
                new Cell(Operation.READ_LOCAL, 0, 1),
                new Cell(Operation.MIXED, SMALL, 64));
    }
}
