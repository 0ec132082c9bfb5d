/** For users' own tests: clusters in one JVM, a slice with one member, and the assertion that a bean is deterministic. */
@NullMarked
package io.raftify.test;

import org.jspecify.annotations.NullMarked;
