package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a method of a replicated bean, or of a class that its commands use, that a person has looked at it and found
 * that it does the same on every member. The check of the bytecode then passes over what it would have warned of in the
 * method, in its lambdas, and in what is reached through it alone.
 *
 * <p>It changes nothing at run time, and silences no refusal: a command that is called past its proxy stays refused.
 */
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Deterministic {

    /** Why, for the next reader; for example {@code "a sum, the order of its terms does not matter"}. Not blank. */
    String value();
}
