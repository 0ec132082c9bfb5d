package io.raftify.node;

import java.time.Duration;

/** A state machine whose members may agree to give up an entry that does not end; see {@link RaftNode#giveUp}. */
public interface GivingUpStateMachine extends StateMachine {

    /**
     * As {@link #apply(long, long, byte[])}. An entry that was given up is not run, and comes to the same failure on every
     * member; an entry that was run asks {@link Verdict#counts()} before anything of it can be seen.
     */
    byte[] apply(long index, long term, byte[] command, Verdict verdict);

    @Override
    default byte[] apply(long index, long term, byte[] command) {
        return apply(index, term, command, Verdict.COUNTS);
    }

    /**
     * Which entry is given up by this one. Any thread may ask, also about entries that are not applied yet.
     *
     * @param entry as it was given to {@link RaftNode#giveUp}, or any other
     * @return the index of an earlier entry; 0 if it gives none up
     */
    long givenUpBy(byte[] entry);

    /**
     * Tries to end the run of an entry that was given up. Called again and again, by another thread than the one that
     * applies, until the run has ended; must not block.
     *
     * @param since how long it has been known here that the entry was given up
     * @return false if there is nothing more to try. The member then stops: after a restart it does not run the entry
     */
    boolean end(long index, Duration since);
}
