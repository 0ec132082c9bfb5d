/** How a running member is looked at: the {@code raft} endpoint, health and metrics. */
@NullMarked
package io.raftify.actuate;

import org.jspecify.annotations.NullMarked;
