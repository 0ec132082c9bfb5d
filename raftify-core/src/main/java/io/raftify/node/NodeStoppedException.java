package io.raftify.node;

/** This member is not started, is closing, or stopped taking part after a failure. Another member may serve. */
public final class NodeStoppedException extends ProposalRejectedException {

    public NodeStoppedException(String message) {
        super(message);
    }
}
