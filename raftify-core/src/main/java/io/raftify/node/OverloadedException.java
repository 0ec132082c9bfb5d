package io.raftify.node;

/** Too many proposals are waiting. Trying again after a pause may help; more load will not. */
public final class OverloadedException extends ProposalRejectedException {

    public OverloadedException(String message) {
        super(message);
    }
}
