package io.raftify.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees commands that do not come to an end, and those that cannot begin. They hold up every later one, here and on every other member, and only a new
 * version of the application helps; so all that is done about them is to say so, with what their thread does. To interrupt
 * one would let it end on one member and not on another.
 *
 * <p>Written by the thread that applies, read by any.
 */
final class CommandWatch {

    private static final Logger log = LoggerFactory.getLogger(CommandWatch.class);

    private volatile @Nullable Running running;

    /** It is its turn, once the queries that run have ended. */
    void waits(ReplicatedMethod method, long index) {
        running = new Running(method, index, System.nanoTime(), Thread.currentThread(), true);
    }

    /** It begins. */
    void begun() {
        Running waited = running;
        if (waited != null) {
            running = new Running(waited.method, waited.index, System.nanoTime(), waited.thread, false);
        }
    }

    void ended() {
        running = null;
    }

    /** Of the command that is being applied; null if there is none. */
    @Nullable CommandInProgress inProgress() {
        Running now = running;
        return now == null || now.waits
                ? null
                : new CommandInProgress(
                        now.method.command(), now.index, Duration.ofNanos(System.nanoTime() - now.since));
    }

    /** Reports a command that takes longer than {@code patience}; to be called now and then, reports each time. */
    void report(Duration patience) {
        Running now = running;
        if (now == null) {
            return;
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - now.since);
        if (duration.compareTo(patience) < 0) {
            return;
        }
        if (now.waits) {
            log.warn(
                    "The {} in entry {} has been waiting for {} s for queries on this member to end. A command runs alone,"
                            + " so a query that does not end holds up every command here. Look for a @ReplicatedQuery in a"
                            + " thread dump, and see that it ends.",
                    now.method,
                    now.index,
                    duration.toSeconds());
            return;
        }
        StringBuilder doing = new StringBuilder();
        for (StackTraceElement element : now.thread.getStackTrace()) {
            doing.append(System.lineSeparator()).append("\tat ").append(element);
        }
        // It may have ended while its thread was asked; then this is the trace of another.
        if (running == now) {
            log.warn(
                    "The {} has been running for {} s in entry {}. No later command is applied until it ends, on any"
                            + " member. If it never does, deploy a version in which it does; it cannot be skipped. It is"
                            + " here:{}",
                    now.method,
                    duration.toSeconds(),
                    now.index,
                    doing);
        }
    }

    /** @param waits for queries, and has not begun */
    private record Running(ReplicatedMethod method, long index, long since, Thread thread, boolean waits) {}
}
