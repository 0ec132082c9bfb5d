package io.raftify.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees commands that do not come to an end, and those that cannot begin. They hold up every later one, here and on every other
 * member, so it is said, with what their thread does. Nothing is ended here: to interrupt one without the others' agreement would
 * let it end on one member and not on another. That agreement is sought by {@link CommandWatchdog}.
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

    /** Its arguments are read, before its turn. */
    void reads(ReplicatedMethod method, long index) {
        running = new Running(method, index, System.nanoTime(), Thread.currentThread(), false);
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
        return now == null || now.waits ? null : now.inProgress();
    }

    /** A command that runs and has been given more time than anybody waits for it; null if there is none. */
    @Nullable CommandInProgress overdue(Duration limit) {
        Running now = running;
        if (now == null || now.waits) {
            return null;
        }
        // Twice what a caller may wait, as it was declared: until then a command may well be meant to take so long.
        Duration declared = now.method.timeout();
        Duration allowed =
                declared != null && declared.multipliedBy(2).compareTo(limit) > 0 ? declared.multipliedBy(2) : limit;
        CommandInProgress command = now.inProgress();
        return command.duration().compareTo(allowed) >= 0 ? command : null;
    }

    /** Reports a command that takes longer than {@code patience}; to be called now and then, reports each time. */
    void report(Duration patience, Duration giveUpAfter) {
        Running now = running;
        if (now == null) {
            return;
        }
        Duration duration = now.duration();
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
                            + " member. If it never does, deploy a version in which it does; {}. It is here:{}",
                    now.method,
                    duration.toSeconds(),
                    now.index,
                    giveUpAfter.isZero()
                            ? "it is not given up, since 'raftify.proposal.give-up-after' is 0"
                            : "after " + giveUpAfter.toSeconds()
                                    + " s, or twice its declared timeout, the members give it up if all of them can",
                    doing);
        }
    }

    /** @param waits for queries, and has not begun */
    private record Running(ReplicatedMethod method, long index, long since, Thread thread, boolean waits) {

        Duration duration() {
            return Duration.ofNanos(System.nanoTime() - since);
        }

        CommandInProgress inProgress() {
            return new CommandInProgress(method.command(), index, duration());
        }
    }
}
