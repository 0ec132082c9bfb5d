/** Where a member keeps log, term and vote: the port, and what every store promises. */
@NullMarked
package io.raftify.storage;

import org.jspecify.annotations.NullMarked;
