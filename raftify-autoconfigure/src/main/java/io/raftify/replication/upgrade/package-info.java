/**
 * Which builds of the application the members run, what they have in common, and what may enter the log while they differ.
 * Seen by {@code io.raftify.replication} alone.
 */
@NullMarked
package io.raftify.replication.upgrade;

import org.jspecify.annotations.NullMarked;
