/** A member of a cluster of one, in memory, for tests of what stands in front of it. */
package io.raftify.testnode;
