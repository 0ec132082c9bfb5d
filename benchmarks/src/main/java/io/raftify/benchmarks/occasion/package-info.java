/** What happens once and not thousands of times a second: start, restart, fail-over, snapshot. */
@NullMarked
package io.raftify.benchmarks.occasion;

import org.jspecify.annotations.NullMarked;
