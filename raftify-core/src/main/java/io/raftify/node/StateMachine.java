package io.raftify.node;

import java.io.IOException;

/**
 * What the log drives. {@link #apply}, {@link #snapshot} and {@link #restore} are called by one thread at a time, in
 * the order of the log.
 */
public interface StateMachine {

    /**
     * Applies one committed command. Must depend on the state and the arguments alone, since every member calls it.
     *
     * <p>An exception means that this member cannot apply the entry, and it stops taking part rather than skip it; a
     * refusal that belongs to the business is a result, not an exception. An {@link UnsupportedEntryException} alone says
     * that nothing is broken and another build of the application is needed: the member then parks before the entry.
     *
     * @param index the entry's index, greater than that of every call before
     * @param term the entry's term
     * @param command the bytes that were proposed
     * @return the result for the proposer; empty if there is none
     */
    byte[] apply(long index, long term, byte[] command);

    /**
     * Fixes the state as it is after the last applied command. Called between commands, which wait meanwhile: what can
     * be done later belongs into the returned {@link StateSnapshot}.
     */
    StateSnapshot snapshot();

    /**
     * Replaces the whole state by what {@link StateSnapshot#writeTo} wrote, here or on another member. It may be read more
     * than once. With an {@link UnsupportedEntryException} it refuses a state that only another build of the application
     * can hold; the member then parks with the state that it had.
     *
     * @throws IOException if the bytes cannot be restored; the member then stops, since a half-restored state must not
     *     be served
     */
    void restore(StoredSnapshot snapshot) throws IOException;
}
