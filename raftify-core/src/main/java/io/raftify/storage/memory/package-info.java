/** A log that lives as long as the process. */
@NullMarked
package io.raftify.storage.memory;

import org.jspecify.annotations.NullMarked;
