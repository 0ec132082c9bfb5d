package io.raftify.node;

/** No leader was found before the deadline, most likely because no quorum is reachable. Trying again later may help. */
public final class NoLeaderException extends ProposalRejectedException {

    public NoLeaderException(String message) {
        super(message);
    }
}
