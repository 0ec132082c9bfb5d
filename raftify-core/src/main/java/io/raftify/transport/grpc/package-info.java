/** Calls between members over gRPC: one long-lived stream from each member to each peer, checked before it is used. */
@NullMarked
package io.raftify.transport.grpc;

import org.jspecify.annotations.NullMarked;
