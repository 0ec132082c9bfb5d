package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the argument of a {@link ReplicatedCommand} by which a repeated call is told from a new one, such as the number
 * of an order that a client may send twice. The first call with a key is applied; every later one, by whichever caller on
 * whichever member, gets the outcome of the first and changes nothing. A later call with the same key and other
 * arguments is rejected.
 *
 * <p>Beside it every call has an id of its own, by which the library's own repetitions are recognised; this one is for
 * repetitions that come from outside. Keys are kept for a day by the time in the log, and the newest 100,000 of them;
 * after that, or once a member's clock is more than a day ahead, the same key is a new call. A call whose key is
 * {@code null} is always new. The key of a command that is called by a command is not looked at.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface IdempotencyKey {}
