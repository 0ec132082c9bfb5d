package io.raftify.replication;

import io.raftify.node.ProposalRejectedException;
import java.util.List;

/**
 * The command was held back before it came into the log, since not every member is known to run a build of the application
 * that can apply it. It is accepted as soon as the last one does.
 */
public final class UnsupportedCommandException extends ProposalRejectedException {

    private static final long serialVersionUID = 1L;

    private final String command;
    private final int version;
    private final List<String> lacking;
    private final List<String> unheard;

    UnsupportedCommandException(
            String command, int version, String message, List<String> lacking, List<String> unheard) {
        super(message);
        this.command = command;
        this.version = version;
        this.lacking = List.copyOf(lacking);
        this.unheard = List.copyOf(unheard);
    }

    /** The command's name. */
    public String command() {
        return command;
    }

    /** The version of its signature. */
    public int version() {
        return version;
    }

    /** The members whose builds are known to lack the command, by node id. */
    public List<String> lacking() {
        return lacking;
    }

    /** The members that have not been heard of since this one started, by node id. */
    public List<String> unheard() {
        return unheard;
    }
}
