/** A box office that sells numbered seats on several members and never sells one twice. */
@NullMarked
package io.raftify.sample;

import org.jspecify.annotations.NullMarked;
