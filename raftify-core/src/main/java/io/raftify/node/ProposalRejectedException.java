package io.raftify.node;

/**
 * The command was surely not applied and never will be. The caller may propose it again. Subclasses say why.
 */
public class ProposalRejectedException extends RaftException {

    public ProposalRejectedException(String message) {
        super(message);
    }
}
