/**
 * The state of replicated beans: captured as an image and restored, copied before a command and put back, digested. Knows
 * fields and bytes, but neither beans of an application context nor commands; those who do hand them in as {@link
 * io.raftify.replication.state.BeanState}. Sees {@code encoding} alone.
 */
@NullMarked
package io.raftify.replication.state;

import org.jspecify.annotations.NullMarked;
