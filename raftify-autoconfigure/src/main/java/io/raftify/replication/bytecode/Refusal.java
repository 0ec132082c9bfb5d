package io.raftify.replication.bytecode;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A reason why a bean cannot be replicated as it stands.
 *
 * @param method by which the trouble begins; null if that is a constructor or not known
 * @param place the source file and line, for example {@code Inventory.java:42}
 * @param problem what is wrong, in a sentence
 * @param remedy what to change
 */
public record Refusal(@Nullable Method method, String place, String problem, String remedy) {}
