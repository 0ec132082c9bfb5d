package io.raftify.node;

import org.jspecify.annotations.Nullable;

/**
 * The command may have been applied, or may be later: the deadline passed, the leader changed or a connection broke
 * after it was handed over. The caller must find out, by {@link #resolve()} or by reading, or call again only what is
 * harmless to do twice.
 */
public final class OutcomeUnknownException extends RaftException {

    private final transient @Nullable UnknownOutcome outcome;
    private final @Nullable String commandId;

    public OutcomeUnknownException(String message) {
        super(message);
        this.outcome = null;
        this.commandId = null;
    }

    /** @param outcome by which it can be found out */
    public OutcomeUnknownException(String message, UnknownOutcome outcome) {
        super(message + " Its id is " + outcome.commandId() + "; resolve() asks what became of it.");
        this.outcome = outcome;
        this.commandId = outcome.commandId();
    }

    /** By which what became of the command can be found out later, on any member; null if there is no way. */
    public @Nullable String commandId() {
        return commandId;
    }

    /**
     * Finds out what became of the command, as {@link UnknownOutcome#resolve()} says.
     *
     * @throws IllegalStateException if {@link #commandId()} is null, or this exception comes out of serialization: resolve
     *     the id then
     */
    public @Nullable Object resolve() throws Exception {
        UnknownOutcome known = outcome;
        if (known == null) {
            throw new IllegalStateException("What became of this command cannot be found out from here", this);
        }
        return known.resolve();
    }
}
