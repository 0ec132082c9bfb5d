package io.raftify.annotation;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/**
 * What a command may know of its surroundings and be the same on every member. Declare it as a parameter of the command's
 * method, anywhere among the others; callers pass {@code null}, it is never part of the command.
 *
 * <p>Valid while the command runs, on its thread.
 */
public interface CommandContext {

    /**
     * The time at which the command was proposed, by the proposer's clock, but never before the time of an earlier
     * command. Clocks may be wrong; this is the same wrong time on every member.
     */
    Instant time();

    /**
     * Random numbers that are the same on every member and cannot be guessed from outside: their seed was drawn when the
     * command was proposed.
     */
    Random random();

    /** A new random UUID, the same on every member. */
    UUID uuid();

    /** The index of the command in the log. */
    long index();

    /** The term of the leader that appended the command. */
    long term();

    /** Names this call among all calls; the same when the library sends it again. */
    String commandId();

    /** The node id of the member on which the command was called. */
    String proposer();
}
