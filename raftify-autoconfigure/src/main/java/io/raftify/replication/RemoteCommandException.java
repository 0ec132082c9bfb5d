package io.raftify.replication;

import org.jspecify.annotations.Nullable;

/**
 * A command was applied and threw an exception that cannot be rebuilt here: its class is unknown to this caller, has no
 * usable constructor, is a checked exception the method does not declare, or an error such as a stack overflow. The command counts as applied.
 */
public final class RemoteCommandException extends RuntimeException {

    private final String command;
    private final String originalType;
    private final @Nullable String originalMessage;

    RemoteCommandException(
            String command, String originalType, @Nullable String originalMessage, @Nullable Throwable cause) {
        super(
                "Command '" + command + "' threw " + originalType
                        + (originalMessage != null ? ": " + originalMessage : ""),
                cause);
        this.command = command;
        this.originalType = originalType;
        this.originalMessage = originalMessage;
    }

    /** The command's name. */
    public String command() {
        return command;
    }

    /** Class name of the exception the command threw. */
    public String originalType() {
        return originalType;
    }

    /** Message of the exception the command threw. */
    public @Nullable String originalMessage() {
        return originalMessage;
    }
}
