package io.raftify.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field of a bean with {@linkplain ReplicatedCommand commands} as replicated state: it is written into
 * snapshots and restored from them in place. It may be final when it holds a mutable {@code Collection} or {@code Map},
 * which is then emptied and filled again, or an {@code AtomicLong}, {@code AtomicInteger}, {@code AtomicBoolean},
 * {@code AtomicReference} or {@code LongAdder}, whose value is set. Only commands may change it.
 *
 * <p>A container is restored as what it was: of the same class, sorted if it was sorted, unchangeable if it was that. One
 * with a comparator, a bound or a class of the application's own can only be the one that the field begins with, which is
 * kept. The order in which a {@code HashMap}, {@code HashSet} or {@code ConcurrentHashMap} iterates is <em>not</em>
 * restored: it depends on the container's past, so a command must not let it decide anything. Use a
 * {@code LinkedHashMap}, a {@code TreeMap} or a list where order matters.
 *
 * <p>An object that changes must be in one place only. One that is in two fields, or twice in one, is two objects once
 * it was restored.
 *
 * <p>A snapshot outlives the version of the application that wrote it. A field that it does not have gets the value it
 * had when the application started; what it has of a field that is gone is left out with a line in the log, and lost: a
 * former build that has the field begins anew with it. A field of
 * another type reads what can be read as the new type without loss, such as an {@code int} as a {@code long}; else the
 * member stops and says so. Within a record or class a field that is not in the snapshot is null or zero.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ReplicatedState {

    /**
     * Names that the field had before: a snapshot that has one of them, and not the field's own, gives it its value. They
     * stand in snapshots beside the field, so that a former build, on the way back, finds it under the name it knows.
     */
    String[] formerly() default {};

    /**
     * Whether the field's value is put back when a command throws. For that it is copied before every command, which
     * costs time in proportion to its size; for large state say {@code false}, and let commands check first and change
     * afterwards. What a command changed in the field before it threw then stays changed, on every member alike.
     */
    boolean rollback() default true;
}
