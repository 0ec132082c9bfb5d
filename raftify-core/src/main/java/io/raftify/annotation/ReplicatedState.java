package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field of a bean with {@linkplain ReplicatedCommand commands} as replicated state: it is written into
 * snapshots and restored from them in place. It may be final when it holds a mutable {@code Collection} or {@code Map},
 * which is then emptied and filled again. Only commands may change it.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedState {

    /**
     * Names that the field had before: a snapshot that has one of them, and not the field's own, gives it its value.
     */
    String[] formerly() default {};

    /**
     * Whether the field's value is put back when a command throws. For that it is copied before every command, which
     * costs time in proportion to its size; for large state say {@code false}, and let commands check first and change
     * afterwards. What a command changed in the field before it threw then stays changed, on every member alike.
     */
    boolean rollback() default true;
}
