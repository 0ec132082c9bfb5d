package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a singleton bean as a command: a call goes through the replicated log and runs on every member, in
 * the same order everywhere, and its value or exception comes back to the caller.
 *
 * <p>The method must be deterministic: given the bean's state and the arguments, it does the same on every member. It
 * must not read the clock, draw random numbers, do I/O or start threads. A command that is called while another command
 * is being applied runs inline, as part of it.
 *
 * <p>A caller learns one of four things: the method's value; the business exception it threw, with type and message;
 * {@code io.raftify.node.ProposalRejectedException}, the command was surely not applied and may be called again; or
 * {@code io.raftify.node.OutcomeUnknownException}, it may have been applied, now or later.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedCommand {

    /**
     * The command's name in the log, unique in the application, for example {@code "inventory.reserve"}. It is part of
     * the persistent format: entries written under this name are replayed by it, so it must not change once written.
     */
    String value();
}
