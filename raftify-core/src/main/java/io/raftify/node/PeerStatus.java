package io.raftify.node;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Another member as this one last heard of it. What it said of itself is null until it was heard for the first time.
 *
 * @param address where this member looks for it
 * @param connected whether a stream to it is open now
 * @param role what it said it is
 * @param lag by how many entries its state machine is behind the highest commit index this member knows of
 * @param parked what it said that it waits for, if its build of the application cannot apply the next entry
 * @param lastHeard how long ago it was last heard
 * @param lastError why the last attempt to reach it failed; null while connected
 */
public record PeerStatus(
        String nodeId,
        String address,
        boolean connected,
        @Nullable Role role,
        @Nullable Long term,
        @Nullable Long lastIndex,
        @Nullable Long commitIndex,
        @Nullable Long appliedIndex,
        @Nullable Long lag,
        @Nullable String parked,
        @Nullable Duration lastHeard,
        @Nullable String lastError) {}
