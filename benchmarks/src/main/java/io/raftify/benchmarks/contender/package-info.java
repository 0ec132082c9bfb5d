/** What is measured, each behind the same port. */
@NullMarked
package io.raftify.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
