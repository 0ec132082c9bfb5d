/** Whether a history can be explained by one order of all calls. */
@NullMarked
package io.raftify.chaos.check;

import org.jspecify.annotations.NullMarked;
