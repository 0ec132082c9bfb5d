package io.raftify.replication;

/**
 * Declared as a bean, says that a command was removed from the application on purpose. Without it a build that lacks a
 * command is taken for an older one: it does not restore a snapshot in which the command was applied, but parks, since it
 * may not know the state that the command left behind.
 *
 * <p>Remove a command's method only when no entry of it can be left in any member's log: after every member has written
 * snapshots since its last call. An entry of a retired command parks the member like any other that it does not know.
 *
 * @param command the command's name
 */
public record RetiredCommand(String command) {}
