/** One command that measures ours and what people use today, side by side in one run. */
@NullMarked
package io.raftify.benchmarks;

import org.jspecify.annotations.NullMarked;
