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
 * must not read the clock, draw random numbers, do I/O or start threads; a {@link CommandContext} parameter gives it time
 * and randomness that are the same everywhere. A command that is called while another command is being applied runs
 * inline, as part of it.
 *
 * <p>A caller learns one of four things: the method's value; the business exception it threw, with type and message;
 * {@code io.raftify.node.ProposalRejectedException}, the command was surely not applied and may be called again; or
 * {@code io.raftify.node.OutcomeUnknownException}, it may have been applied, now or later, and its {@code resolve()} says
 * which. A command is applied once, however often the library sends it.
 *
 * <p>The method may return a value, nothing, or a promise of a value: a {@code CompletableFuture}, or a reactive type
 * that Spring's {@code ReactiveAdapterRegistry} knows. Its caller then does not wait.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedCommand {

    /**
     * The command's name in the log, unique in the application, for example {@code "inventory.reserve"}. It is part of
     * the persistent format: entries written under this name are replayed by it, so it must not change once written.
     */
    String value();

    /**
     * The version of the command's arguments and of what it does with them. Give a changed command the next number, and
     * an upcaster for entries of the former one; members that do not know it yet hold it back. Entries of the former
     * version must go on doing what they did: some members have applied them with the former build, others will with this
     * one.
     */
    int version() default 1;

    /**
     * Time by which the caller learns the command's fate, such as {@code "500ms"}, {@code "5s"} or {@code "PT1M"}; may
     * have placeholders. Empty means {@code raftify.proposal.timeout}.
     */
    String timeout() default "";
}
