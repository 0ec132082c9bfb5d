/** A member of a cluster of one, in memory, for tests of what stands in front of it; and other processes. */
package io.raftify.testnode;
