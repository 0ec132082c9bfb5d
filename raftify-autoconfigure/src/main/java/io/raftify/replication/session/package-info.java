/**
 * How a command is applied exactly once: on the side of its proposer, who numbers commands and sends them again, and on the
 * side of the log, which knows what became of them. Seen by {@code io.raftify.replication} alone.
 */
@NullMarked
package io.raftify.replication.session;

import org.jspecify.annotations.NullMarked;
