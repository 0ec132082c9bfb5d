/** One workload under a seeded plan of faults, and what must hold after it. */
@NullMarked
package io.raftify.chaos.round;

import org.jspecify.annotations.NullMarked;
