/** Members in one process: calls between them without sockets, on a network that can be cut, healed and held up. */
@NullMarked
package io.raftify.transport.inprocess;

import org.jspecify.annotations.NullMarked;
