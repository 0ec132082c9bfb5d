package io.raftify.storage;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which disk is whose. A store draws an incarnation when it is first used; members tell each other theirs and remember it,
 * so that one whose disk was lost or replaced is known as such by the others, which is the only place where that can still
 * be known. What is changed here is on stable storage when the operation returns true, as with all of {@link MemberStore}.
 *
 * <p>Thread-safe.
 */
public interface Incarnations {

    /** This store's own; null for one that keeps nothing anyway, which nobody needs to remember. */
    @Nullable UUID own();

    /** The one of the peer that this member met last; null if it never met it. */
    @Nullable UUID met(String peer);

    /** Remembers that the peer has this one from now on; false if that could not be stored, and the store has failed. */
    boolean meet(String peer, UUID incarnation);

    /** How far this member is on its way back after the loss of an earlier disk. */
    Reentry reentry();

    /** Remembers how far it is; false if that could not be stored, and the store has failed. */
    boolean enter(Reentry reentry);
}
