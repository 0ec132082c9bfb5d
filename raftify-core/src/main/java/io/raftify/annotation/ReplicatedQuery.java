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
 * <p>What it returns should not be a live view of the state, which later commands go on changing; return a value or a
 * copy.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedQuery {

    /** How fresh the state must be. Linearizable unless it says otherwise. */
    ReadConsistency value() default ReadConsistency.LINEARIZABLE;
}
