/** Puts a member into a Spring Boot application: properties, beans, lifecycle, and what to say when it fails. */
@NullMarked
package io.raftify.autoconfigure;

import org.jspecify.annotations.NullMarked;
