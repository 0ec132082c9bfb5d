/**
 * The only room that drives SOFAJRaft. Everything of the engine ends here: its options, its statics, its callbacks, and
 * the guards around what was found in it.
 */
@NullMarked
package io.raftify.engine;

import org.jspecify.annotations.NullMarked;
