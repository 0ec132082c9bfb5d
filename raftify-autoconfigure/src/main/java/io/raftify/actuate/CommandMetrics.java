package io.raftify.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Times the commands called on this member, by what became of them. */
public final class CommandMetrics {

    public static final String PROPOSALS = "raftify.proposals";

    private final MeterRegistry registry;

    public CommandMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Counts one call.
     *
     * @param command the command's name
     * @param outcome {@code value}, {@code exception}, {@code rejected} or {@code unknown}
     * @param duration until the caller learned of it
     */
    public void record(String command, String outcome, Duration duration) {
        Timer.builder(PROPOSALS)
                .description("Commands called on this member")
                .tag("command", command)
                .tag("outcome", outcome)
                .register(registry)
                .record(duration);
    }
}
