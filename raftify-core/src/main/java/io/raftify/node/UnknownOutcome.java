package io.raftify.node;

import org.jspecify.annotations.Nullable;

/** A command of which it is not known whether it was applied, and the way to find out. Thread-safe. */
public interface UnknownOutcome {

    /**
     * Names the command, on every member and also after they were restarted; can be stored and resolved later, for as long
     * as outcomes are kept.
     */
    String commandId();

    /**
     * Asks the cluster what became of the command. If it was not applied by then, it never will be. May be called again, and
     * then says the same.
     *
     * @return what the command's method returned
     * @throws ProposalRejectedException if it was not applied; it may be called again
     * @throws OutcomeUnknownException if that cannot be found out now, or is not kept any more; the message says which
     * @throws Exception the command's own business exception
     */
    @Nullable Object resolve() throws Exception;
}
