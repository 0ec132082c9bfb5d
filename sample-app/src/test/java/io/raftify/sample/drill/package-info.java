/**
 * Drills: programs that run the packaged sample as three real processes, do to them what happens to real ones, and
 * count what became of every sale that was acknowledged.
 */
package io.raftify.sample.drill;
