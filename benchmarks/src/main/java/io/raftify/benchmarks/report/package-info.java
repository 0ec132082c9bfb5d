/** What was measured, as a table, as data and as a picture. */
@NullMarked
package io.raftify.benchmarks.report;

import org.jspecify.annotations.NullMarked;
