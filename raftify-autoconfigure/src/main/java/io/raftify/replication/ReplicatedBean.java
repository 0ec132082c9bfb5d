package io.raftify.replication;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        List<StateField> state) {

    /** The bean as one that writes state of its own; null if it does not. */
    @Nullable StreamedState streamed() {
        return target instanceof StreamedState streamed ? streamed : null;
    }
}
