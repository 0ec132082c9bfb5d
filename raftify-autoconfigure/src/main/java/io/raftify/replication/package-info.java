/**
 * From a method call to a proposal and back: which beans are replicated, how a call is written into the log, how it is
 * applied, and how state is captured and restored.
 */
@NullMarked
package io.raftify.replication;

import org.jspecify.annotations.NullMarked;
