package io.raftify.node;

/**
 * Whether an entry that is being applied counts. Members may agree to {@linkplain RaftNode#giveUp give up} one that does not
 * end; from then on it counts as failed on all of them, whether or not it was run. Asked by the thread that applies.
 */
public interface Verdict {

    /** Of entries that nobody gives up. */
    Verdict COUNTS = new Verdict() {
        @Override
        public boolean givenUp() {
            return false;
        }

        @Override
        public boolean counts() {
            return true;
        }
    };

    /** Whether it is known by now that the entry was given up. Before it is run: then it must not be. Does not block. */
    boolean givenUp();

    /**
     * To be asked once, when a command has ended in whatever way and before anything of it can be seen. Waits while the
     * members are deciding. Once it said yes, nobody can give the entry up any more.
     *
     * @return false if the entry was given up: what was done must be put back, and the entry fails as it fails everywhere
     */
    boolean counts();
}
