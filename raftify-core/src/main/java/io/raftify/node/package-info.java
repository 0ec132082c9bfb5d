/** A member of a cluster as its user sees it: what can be asked of it and what each failure means. */
@NullMarked
package io.raftify.node;

import org.jspecify.annotations.NullMarked;
