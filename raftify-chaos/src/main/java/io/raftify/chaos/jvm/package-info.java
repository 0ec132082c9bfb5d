/** Rig (a): members in this JVM, with a network and disks that can be made worse. */
@NullMarked
package io.raftify.chaos.jvm;

import org.jspecify.annotations.NullMarked;
