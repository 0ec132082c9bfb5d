package io.raftify.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.raftify.node.RaftNode;
import io.raftify.node.Role;
import java.util.Locale;

/**
 * What a member counts about itself.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>type</th><th>tags</th><th>meaning</th></tr>
 * <tr><td>{@value #TERM}</td><td>gauge</td><td></td><td>the current term</td></tr>
 * <tr><td>{@value #ROLE}</td><td>gauge</td><td>{@code role}: leader, follower, …</td><td>1 for the role the member is
 * in, 0 for the others</td></tr>
 * <tr><td>{@value #COMMIT_INDEX}</td><td>gauge</td><td></td><td>the last entry known to be committed</td></tr>
 * <tr><td>{@value #APPLIED_INDEX}</td><td>gauge</td><td></td><td>the last entry applied to the beans</td></tr>
 * <tr><td>{@value #PARKED}</td><td>gauge</td><td></td><td>1 while the member waits for a build of the application that knows
 * the next entry, else 0</td></tr>
 * <tr><td>{@value #DISK_FULL}</td><td>gauge</td><td></td><td>1 while the member takes no entries because its disk is short of
 * room, else 0</td></tr>
 * <tr><td>{@value #ELECTIONS}</td><td>counter</td><td></td><td>elections this member began since it started</td></tr>
 * <tr><td>{@value CommandMetrics#PROPOSALS}</td><td>timer</td><td>{@code command}, {@code outcome}: value, exception,
 * rejected, unknown</td><td>commands called on this member; see {@link CommandMetrics}</td></tr>
 * </table>
 */
public final class RaftMetrics implements MeterBinder {

    public static final String TERM = "raftify.term";
    public static final String ROLE = "raftify.role";
    public static final String COMMIT_INDEX = "raftify.index.commit";
    public static final String APPLIED_INDEX = "raftify.index.applied";
    public static final String PARKED = "raftify.parked";
    public static final String DISK_FULL = "raftify.disk.full";
    public static final String ELECTIONS = "raftify.elections";

    private final RaftNode node;

    public RaftMetrics(RaftNode node) {
        this.node = node;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(TERM, node, each -> each.status().term())
                .description("The current term")
                .register(registry);
        for (Role role : Role.values()) {
            Gauge.builder(ROLE, node, each -> each.status().role() == role ? 1 : 0)
                    .description("1 for the role the member is in, 0 for the others")
                    .tag("role", role.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder(COMMIT_INDEX, node, each -> each.status().commitIndex())
                .description("The last entry known to be committed")
                .register(registry);
        Gauge.builder(APPLIED_INDEX, node, each -> each.status().appliedIndex())
                .description("The last entry applied to the replicated beans")
                .register(registry);
        Gauge.builder(PARKED, node, each -> each.status().parked() != null ? 1 : 0)
                .description("1 while the member waits for another build of the application")
                .register(registry);
        Gauge.builder(DISK_FULL, node, each -> each.status().storage().full() != null ? 1 : 0)
                .description("1 while the member takes no entries because its disk is short of room")
                .register(registry);
        FunctionCounter.builder(ELECTIONS, node, each -> each.status().elections())
                .description("Elections this member began since it started")
                .register(registry);
    }
}
