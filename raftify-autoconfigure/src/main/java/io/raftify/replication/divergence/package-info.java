/**
 * How members find out that their states differ, and which of them is the odd one: digests at the same entries, a vote over
 * them, and what the odd one keeps as evidence. Seen by {@code io.raftify.replication} alone.
 */
@NullMarked
package io.raftify.replication.divergence;

import org.jspecify.annotations.NullMarked;
