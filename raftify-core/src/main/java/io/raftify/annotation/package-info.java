/** What a user writes on a bean: commands, queries, state. No code behind them lives here. */
@NullMarked
package io.raftify.annotation;

import org.jspecify.annotations.NullMarked;
