/** What clients asked and were told, with the times. */
@NullMarked
package io.raftify.chaos.history;

import org.jspecify.annotations.NullMarked;
