package io.raftify.storage;

/**
 * The way back of a member that lost its disk, and with it what it promised: its votes, and the entries it acknowledged.
 *
 * @param stage how far it is
 * @param floor the highest term in which its earlier disk may have promised anything; 0 while that is not known
 */
public record Reentry(Stage stage, long floor) {

    /** Of a member whose disk is the first that the others know. */
    public static final Reentry NONE = new Reentry(Stage.NONE, 0);

    /** Nothing is promised until every other member has said which term it is in. */
    public static final Reentry ASKING = new Reentry(Stage.ASKING, 0);

    /** In the order in which they are passed. Stored by ordinal: add at the end only. */
    public enum Stage {
        /** There is nothing to come back from. */
        NONE,
        /** The other members are asked for their terms; until all have answered this one takes no part. */
        ASKING,
        /** Takes entries from leaders of the floor's term and later ones, but gives no votes. */
        CATCHING_UP,
        /** Has all that it may have acknowledged before. Votes again, but never in a term up to the floor. */
        DONE
    }

    /** The highest term in which an earlier disk may have promised anything; of no limit while that is not known. */
    public long lostUpTo() {
        return stage == Stage.ASKING ? Long.MAX_VALUE : floor;
    }

    public Reentry asked(long highestTerm) {
        return new Reentry(Stage.CATCHING_UP, highestTerm);
    }

    public Reentry caughtUp() {
        return new Reentry(Stage.DONE, floor);
    }
}
