package io.raftify.replication;

import io.raftify.replication.state.BeanState;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * A bean that passed every check.
 *
 * @param target the object itself, behind its proxies
 */
record ReplicatedBean(
        String name,
        Class<?> type,
        Object target,
        Map<Method, ReplicatedMethod> commands,
        Map<Method, Freshness> queries,
        BeanState state) {}
