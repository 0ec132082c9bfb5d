/** How members reach each other by name: calls in order, frames of bounded size, nothing of the engine. */
@NullMarked
package io.raftify.transport;

import org.jspecify.annotations.NullMarked;
