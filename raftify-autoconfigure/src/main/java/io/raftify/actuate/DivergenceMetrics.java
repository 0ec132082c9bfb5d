package io.raftify.actuate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;

/** Counts what was found different between members, by the member that is odd and the field. */
public final class DivergenceMetrics {

    public static final String DIVERGENCES = "raftify.divergences";

    private final MeterRegistry registry;

    public DivergenceMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Counts one comparison that came out different.
     *
     * @param odd the members that differ from a majority; empty while none says who is right
     * @param fields in which they differ
     */
    public void record(Set<String> odd, Set<String> fields) {
        for (String member : odd.isEmpty() ? Set.of("undecided") : odd) {
            for (String field : fields) {
                Counter.builder(DIVERGENCES)
                        .description("Times that the state of members was found different at the same index")
                        .tag("member", member)
                        .tag("field", field)
                        .register(registry)
                        .increment();
            }
        }
    }
}
