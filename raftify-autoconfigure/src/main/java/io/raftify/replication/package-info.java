/**
 * From a method call to a proposal and back: which beans are replicated, how a call is written into the log, and how it is
 * applied. What users see is here and in no room within: those are {@code encoding} (the form of values), {@code state}
 * (images, copies and digests of what beans hold), {@code session} (each command once), {@code upgrade} (members with
 * different builds), {@code divergence} (members with different states), {@code bytecode} (what class files say) and
 * {@code wire} (the messages in the log). They do not know this one, which connects them.
 */
@NullMarked
package io.raftify.replication;

import org.jspecify.annotations.NullMarked;
