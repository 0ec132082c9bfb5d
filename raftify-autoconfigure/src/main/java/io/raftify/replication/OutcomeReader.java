package io.raftify.replication;

import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.UnknownOutcome;
import io.raftify.replication.encoding.WrittenForms;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.Refusal;
import org.jspecify.annotations.Nullable;

/** Turns what came back from the log into what a caller gets. */
final class OutcomeReader {

    private final Codecs codecs;
    private final WrittenForms forms = new WrittenForms();

    OutcomeReader(Codecs codecs) {
        this.codecs = codecs;
    }

    /**
     * The method's value, or its exception thrown.
     *
     * @param handle by which it can be asked for once more, here or on another member
     * @throws OutcomeUnknownException if it was applied, but what it came to cannot be read here
     */
    @Nullable Object value(ReplicatedMethod method, CommandOutcome outcome, UnknownOutcome handle) throws Exception {
        if (outcome.hasException()) {
            throw BusinessExceptions.rebuild(method, outcome.getException());
        }
        CommandCodec codec = codecs.find(outcome.getCodec());
        if (codec == null) {
            throw new OutcomeUnknownException(
                    "The " + method + " was applied, but its result was written by the codec '" + outcome.getCodec()
                            + "', which this member does not have.",
                    handle);
        }
        byte[] value = outcome.getValue().toByteArray();
        boolean own = outcome.getResultForm() == forms.of(method.resultType());
        try {
            return own ? codec.decodeResult(method, value) : codec.decodeResultOfAnotherForm(method, value);
        } catch (IllegalArgumentException unreadable) {
            OutcomeUnknownException unknown = new OutcomeUnknownException(
                    "The " + method + " was applied, but its outcome cannot be read: "
                            + (own ? "" : writtenBy(method, outcome)) + unreadable.getMessage(),
                    handle);
            unknown.initCause(unreadable);
            throw unknown;
        }
    }

    private static String writtenBy(ReplicatedMethod method, CommandOutcome outcome) {
        return "its result was written by " + (outcome.getVersion() == method.version() ? "another form of " : "")
                + "version " + outcome.getVersion() + ", which this build cannot read. ";
    }

    /** @param command in words */
    static RuntimeException refused(String command, Refusal refusal, UnknownOutcome handle) {
        return switch (refusal.getReason()) {
            case KEY_REUSED ->
                new IdempotencyKeyReusedException("Not applied: "
                        + (refusal.getText().isEmpty()
                                ? "its idempotency key was used before, with other arguments."
                                : refusal.getText()));
            case RESOLVED ->
                new ProposalRejectedException("Not applied: somebody asked what became of " + command
                        + " before it was applied, and from then on it is not.");
            case NOT_KEPT ->
                new OutcomeUnknownException(
                        "The outcome of " + command
                                + " is not known any more: it was applied, and what it came to is not"
                                + " kept any more.",
                        handle);
            case EXPIRED, REASON_UNSPECIFIED, UNRECOGNIZED ->
                new OutcomeUnknownException(
                        "What became of " + command + " is not known any more. " + refusal.getText(), handle);
        };
    }
}
