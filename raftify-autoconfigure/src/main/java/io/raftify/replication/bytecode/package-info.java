/**
 * What the class files of a replicated bean say: calls that would go past its proxy, changes of state outside commands,
 * and what would make a command do different things on different members. {@link
 * io.raftify.replication.bytecode.BeanBytecode} is the door; nothing here knows of the log, the cluster or Spring's beans.
 */
@NullMarked
package io.raftify.replication.bytecode;

import org.jspecify.annotations.NullMarked;
