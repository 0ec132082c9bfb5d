/**
 * Which types can be written and read back as they are, and the one form in which their values stand in the log, in
 * snapshots and under digests. Every room of replication may see it; it sees none.
 */
@NullMarked
package io.raftify.replication.encoding;

import org.jspecify.annotations.NullMarked;
