package io.raftify.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives the context of a Spring test, such as a {@code @SpringBootTest}, the only member of a cluster of its own: the real
 * engine, without a network, its log in memory. It leads as soon as it has started, and opens no port. Whatever the
 * application says of node ids, peers, storage and data directory does not apply; all its other {@code raftify.*}
 * properties do.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface AutoConfigureTestMember {}
