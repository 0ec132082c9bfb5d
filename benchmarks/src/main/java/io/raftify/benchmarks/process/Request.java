package io.raftify.benchmarks.process;

import io.raftify.benchmarks.contender.Cell;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/** What a process of members is told, over its standard input. */
public sealed interface Request extends Serializable {

    /** Starts the members of the process; answered with null. */
    record Start() implements Request {}

    /** Answered with the index of the member of this process that leads, or -1. */
    record Leading() implements Request {}

    /** Measures on these members at once; answered with the {@code Measurement} of the first. */
    record Measure(List<Integer> members, Cell cell, Duration warmUp, Duration time) implements Request {}

    /** One write on any member of the process; answered with whether it was acknowledged in that time. */
    record WriteOnce(Duration patience) implements Request {}

    /** Answered with the processor time this process has taken so far, in nanoseconds. */
    record Cpu() implements Request {}

    /** Answered with {@link Usage}, after a full collection. */
    record Use() implements Request {}

    /** What a process takes. */
    record Usage(long heapBytes, int threads, long cpuNanos) implements Serializable {}
}
