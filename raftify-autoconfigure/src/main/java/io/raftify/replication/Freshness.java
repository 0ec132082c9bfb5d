package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.node.ReadBound;
import java.lang.reflect.Method;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringValueResolver;

/**
 * How fresh a query wants the state.
 *
 * @param bound there with {@link ReadConsistency#BOUNDED}, and only then
 */
record Freshness(ReadConsistency consistency, @Nullable ReadBound bound) {

    /**
     * What a method declares.
     *
     * @throws ReplicatedBeanException if that makes no sense
     */
    static Freshness of(
            String beanName,
            Class<?> beanClass,
            Method method,
            ReplicatedQuery declared,
            StringValueResolver placeholders) {
        ReadConsistency consistency = declared.value();
        boolean hasEntries = declared.maxLagEntries() >= 0;
        if (consistency != ReadConsistency.BOUNDED) {
            if (!declared.maxLag().isEmpty() || hasEntries) {
                throw new ReplicatedBeanException(
                        beanName,
                        beanClass,
                        method,
                        "The query has a " + (hasEntries ? "maxLagEntries" : "maxLag") + ", which does nothing for a "
                                + consistency + " query.",
                        "Make it @ReplicatedQuery(value = BOUNDED, ...), or remove the bound.");
            }
            return new Freshness(consistency, null);
        }
        Duration lag;
        try {
            lag = DeclaredDuration.parse(declared.maxLag(), placeholders);
        } catch (IllegalArgumentException wrong) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The maxLag of the query cannot be used: " + wrong.getMessage() + ".",
                    DeclaredDuration.REMEDY);
        }
        if (lag == null && !hasEntries) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The query is BOUNDED, but has no bound.",
                    "Say how old the state may be, for example @ReplicatedQuery(value = BOUNDED, maxLag = \"500ms\"), or"
                            + " how many entries it may be behind, with maxLagEntries.");
        }
        return new Freshness(consistency, new ReadBound(lag, declared.maxLagEntries()));
    }

    /** Whether a query that wants the other may be answered from a state that is as fresh as this. */
    boolean covers(Freshness other) {
        if (bound != null && other.bound != null) {
            return bound.atLeastAsStrictAs(other.bound);
        }
        // Declared from the strictest on.
        return consistency.compareTo(other.consistency) <= 0;
    }

    /** As a person reads it, for example {@code BOUNDED (500 ms)}. */
    @Override
    public String toString() {
        return consistency + (bound != null ? " (" + bound + ")" : "");
    }
}
