package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a singleton bean as a query over its replicated state. A query runs on this member alone, never
 * beside a command: it sees each command whole or not at all. It must not change the state.
 *
 * <p>What it returns must not be a live view of the state, which later commands go on changing; return a value or a
 * copy. A query that returns the container of a marked field itself is refused with an {@link IllegalStateException} when it
 * is called.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedQuery {

    /** How fresh the state must be. Linearizable unless it says otherwise. */
    ReadConsistency value() default ReadConsistency.LINEARIZABLE;

    /**
     * With {@link ReadConsistency#BOUNDED}: how old the state may be, such as {@code "500ms"}, {@code "2s"} or
     * {@code "PT2S"}; may have placeholders. Every command that was acknowledged longer ago than this is seen. Empty means
     * that time does not matter; then {@link #maxLagEntries()} must be given. With both, both hold.
     */
    String maxLag() default "";

    /**
     * With {@link ReadConsistency#BOUNDED}: how many of the entries that were committed before the query was called this
     * member may not have applied yet. Negative means that their number does not matter; then {@link #maxLag()} must be
     * given.
     */
    long maxLagEntries() default -1;
}
