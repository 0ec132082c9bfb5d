package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.node.ReadBound;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * How fresh a query wants the state.
 *
 * @param bound there with {@link ReadConsistency#BOUNDED}, and only then
 */
record Freshness(ReadConsistency consistency, @Nullable ReadBound bound) {

    /**
     * What a method declares.
     *
     * @param placeholders replaces what stands in <code>${}</code>
     * @throws ReplicatedBeanException if that makes no sense
     */
    static Freshness of(
            String beanName,
            Class<?> beanClass,
            Method method,
            ReplicatedQuery declared,
            Function<String, @Nullable String> placeholders) {
        ReadConsistency consistency = declared.value();
        boolean hasLag = !declared.maxLag().isBlank();
        boolean hasEntries = declared.maxLagEntries() >= 0;
        if (consistency != ReadConsistency.BOUNDED) {
            if (hasLag || hasEntries) {
                throw new ReplicatedBeanException(
                        beanName,
                        beanClass,
                        method,
                        "The query has a " + (hasLag ? "maxLag" : "maxLagEntries") + ", which does nothing for a "
                                + consistency + " query.",
                        "Make it @ReplicatedQuery(value = BOUNDED, ...), or remove the bound.");
            }
            return new Freshness(consistency, null);
        }
        Duration lag = hasLag ? lag(beanName, beanClass, method, declared.maxLag(), placeholders) : null;
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

    private static @Nullable Duration lag(
            String beanName,
            Class<?> beanClass,
            Method method,
            String declared,
            Function<String, @Nullable String> placeholders) {
        String text = declared;
        try {
            text = Objects.requireNonNullElse(placeholders.apply(declared), "").strip();
            if (text.isEmpty()) {
                return null;
            }
            Duration lag = DurationFormatterUtils.detectAndParse(text);
            // The member counts in nanoseconds, for which three centuries are too many.
            if (lag.toNanos() > 0) {
                return lag;
            }
        } catch (IllegalArgumentException | ArithmeticException unreadable) {
            throw refused(
                    beanName, beanClass, method, declared, text, "is no duration: " + unreadable.getMessage() + ".");
        }
        throw refused(beanName, beanClass, method, declared, text, "is not greater than zero.");
    }

    private static ReplicatedBeanException refused(
            String beanName, Class<?> beanClass, Method method, String declared, String text, String problem) {
        return new ReplicatedBeanException(
                beanName,
                beanClass,
                method,
                "The query's maxLag " + (text.equals(declared) ? "" : "'" + declared + "', which is ") + "'" + text
                        + "', " + problem,
                "Give it a time greater than zero, for example maxLag = \"500ms\".");
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
