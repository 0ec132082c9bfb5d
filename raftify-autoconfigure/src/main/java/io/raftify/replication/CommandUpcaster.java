package io.raftify.replication;

import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ArrayNode;

/**
 * Declared as a bean, brings the arguments of one version of a command to the next one, so that entries written by an
 * earlier build of the application can be applied by this one: those that stand in the log, and those that members write
 * that still run the earlier build. For version 3 of a command there are two, from 1 and from 2, applied one after the
 * other.
 *
 * <p>Must be deterministic, as the command's method must: every member calls it, and what it makes of the arguments becomes
 * part of the state. The method then has to do with them what it did in the earlier version, or members that run the earlier
 * build would end up with another state. If it throws, or what it returns does not fit the method's parameters, the member
 * parks before the entry; nothing is skipped.
 *
 * <p>Works for entries of the built-in codec {@code cbor}, not for those of another {@link CommandCodec}.
 */
public interface CommandUpcaster {

    /** The command's name. */
    String command();

    /** The version whose arguments {@link #upcast} takes, at least 1; it returns those of the next one. */
    int fromVersion();

    /**
     * Called by one thread at a time.
     *
     * @param arguments by position, in the order of the method's parameters then, without the
     *     {@link io.raftify.annotation.CommandContext}; may be changed and returned
     * @return the arguments in the order of the next version's parameters
     */
    ArrayNode upcast(ArrayNode arguments);

    /** One that calls a function. */
    static CommandUpcaster of(String command, int fromVersion, UnaryOperator<ArrayNode> upcast) {
        return new CommandUpcaster() {
            @Override
            public String command() {
                return command;
            }

            @Override
            public int fromVersion() {
                return fromVersion;
            }

            @Override
            public ArrayNode upcast(ArrayNode arguments) {
                return upcast.apply(arguments);
            }
        };
    }
}
