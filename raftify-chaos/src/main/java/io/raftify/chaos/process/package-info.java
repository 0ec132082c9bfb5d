/**
 * Rigs (b) and (c): members in processes of their own, killed, paused, cut off and unplugged. Clients reach a member over
 * a Unix socket, which no fault of the network touches.
 */
@NullMarked
package io.raftify.chaos.process;

import org.jspecify.annotations.NullMarked;
