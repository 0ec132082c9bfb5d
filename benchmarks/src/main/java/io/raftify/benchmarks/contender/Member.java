package io.raftify.benchmarks.contender;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One of three members, in the JVM of whoever calls. */
public interface Member extends AutoCloseable {

    /** Begins to take part; may return before there is a leader. */
    void start() throws Exception;

    boolean leading();

    /** A write, through log and majority; ends when this caller has the state machine's answer. */
    CompletableFuture<?> write(byte[] value) throws Exception;

    /** A linearizable read on this member. */
    CompletableFuture<?> read() throws Exception;

    /** What this member knows now. */
    CompletableFuture<?> localRead() throws Exception;

    /** Whether a call keeps its thread until the answer is there, so that each one in flight needs a thread. */
    default boolean threadPerCall() {
        return false;
    }

    /** Measures one cell. */
    default Measurement measure(Cell cell, Duration warmUp, Duration time) throws Exception {
        return new LoadLoop(this, cell, warmUp, time).run();
    }

    @Override
    void close() throws Exception;
}
