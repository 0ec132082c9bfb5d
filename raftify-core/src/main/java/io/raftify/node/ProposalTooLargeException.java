package io.raftify.node;

/** The encoded command is larger than the limit. Trying again will not help. */
public final class ProposalTooLargeException extends ProposalRejectedException {

    public ProposalTooLargeException(String message) {
        super(message);
    }
}
