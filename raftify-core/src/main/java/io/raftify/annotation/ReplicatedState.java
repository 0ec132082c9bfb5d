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
public @interface ReplicatedState {}
