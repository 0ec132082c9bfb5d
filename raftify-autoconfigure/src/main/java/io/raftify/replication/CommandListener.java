package io.raftify.replication;

import java.time.Duration;

/** Told of every command called on this member, when its caller learns what became of it. Must not block or throw. */
@FunctionalInterface
public interface CommandListener {

    /** What became of a command. */
    enum Fate {
        /** Applied, and returned. */
        VALUE,
        /** Applied, and threw a business exception. */
        EXCEPTION,
        /** Surely not applied. */
        REJECTED,
        /** May have been applied, or may be later. */
        UNKNOWN
    }

    /**
     * A call ended.
     *
     * @param command the command's name
     * @param duration from the call to its end
     */
    void commandEnded(String command, Fate fate, Duration duration);
}
