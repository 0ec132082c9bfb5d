package io.raftify.replication.bytecode;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** What a method of the bean is declared to be; one of the two is there. */
record Mark(@Nullable ReplicatedCommand command, @Nullable ReplicatedQuery query) {

    static @Nullable Mark of(Method method) {
        ReplicatedCommand command = AnnotatedElementUtils.findMergedAnnotation(method, ReplicatedCommand.class);
        ReplicatedQuery query = AnnotatedElementUtils.findMergedAnnotation(method, ReplicatedQuery.class);
        return command != null || query != null ? new Mark(command, query) : null;
    }

    boolean isCommand() {
        return command != null;
    }

    /** Whether what this query sees is at least as fresh as the other one promises. */
    boolean isAsFreshAs(Mark other) {
        if (query == null || other.query == null) {
            return false;
        }
        if (query.value() != other.query.value()) {
            return query.value().ordinal() < other.query.value().ordinal();
        }
        return query.value() != ReadConsistency.BOUNDED
                || (query.maxLag().equals(other.query.maxLag())
                        && query.maxLagEntries() == other.query.maxLagEntries());
    }

    /** For example {@code command} or {@code LOCAL query}. */
    String kind() {
        return query != null ? query.value() + " query" : "command";
    }
}
