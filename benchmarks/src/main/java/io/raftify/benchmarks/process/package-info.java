/** The processes that members run in, and how they are told what to do. */
@NullMarked
package io.raftify.benchmarks.process;

import org.jspecify.annotations.NullMarked;
